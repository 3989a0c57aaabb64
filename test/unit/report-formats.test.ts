// A report's values reach table, CSV and JSON as PostgreSQL gave them: no decimal is rounded, an empty value is told from
// zero, and what a shop's data hold can neither steer a terminal nor become a formula in a spreadsheet.
import pg from 'pg';
import { describe, expect, it } from 'vitest';

import { exactTypes, type Answer } from '../../cli/report/answer.ts';
import { write } from '../../cli/report/write.ts';

const answer: Answer = {
  columns: [
    { name: 'product_id', kind: 'text' },
    { name: 'revenue', kind: 'number' },
    { name: 'begins', kind: 'time' },
    { name: 'bot', kind: 'boolean' },
  ],
  rows: [
    ['lamp, "red"', '12345678901234567890.10', '2026-03-01T09:00:00.000Z', 'true'],
    ['=1+1\u001b[31m', '-0.50', null, 'false'],
    ['', null, null, null],
  ],
};

describe('CSV', () => {
  it('quotes what needs it, keeps decimals, and makes text of a formula but not of a negative number', () => {
    expect(write('csv', answer)).toBe(
      [
        'product_id,revenue,begins,bot',
        '"lamp, ""red""",12345678901234567890.10,2026-03-01T09:00:00.000Z,true',
        "'=1+1\u001b[31m,-0.50,,false",
        ',,,',
        '',
      ].join('\n'),
    );
  });

  it('of an empty report is its first line', () => {
    expect(write('csv', { ...answer, rows: [] })).toBe('product_id,revenue,begins,bot\n');
  });
});

describe('JSON', () => {
  it('is an object a line, with the decimals as they are', () => {
    const lines = write('json', answer).split('\n');
    expect(lines[0]).toContain('"revenue":12345678901234567890.10,');
    expect(lines.slice(0, -1).map((line) => JSON.parse(line) as object)).toEqual([
      {
        product_id: 'lamp, "red"',
        revenue: 12345678901234567890.1,
        begins: '2026-03-01T09:00:00.000Z',
        bot: true,
      },
      { product_id: '=1+1\u001b[31m', revenue: -0.5, begins: null, bot: false },
      { product_id: '', revenue: null, begins: null, bot: null },
    ]);
    expect(lines.at(-1)).toBe('');
  });

  it('has no word for what is not a number', () => {
    const odd: Answer = {
      columns: [{ name: 'x', kind: 'number' }],
      rows: [['NaN'], ['-Infinity'], ['1e-7']],
    };
    expect(write('json', odd)).toBe('{"x":null}\n{"x":null}\n{"x":1e-7}\n');
  });
});

describe('the table', () => {
  it('has a heading, right-aligned numbers, and no control character', () => {
    const lines = write('table', answer).split('\n');
    expect(lines[1]).toMatch(/^│ product id +│ +revenue │ begins +│ bot +│$/);
    expect(lines[3]).toMatch(/│ 12345678901234567890\.10 │ 2026-03-01T09:00:00\.000Z │ true +│$/);
    expect(lines[4]).toMatch(/^│ =1\+1\[31m +│ +-0\.50 │ – +│ false +│$/);
    expect(lines[5]).toMatch(/│ +– │ – +│ – +│$/);
  });

  it('of an empty report is nothing', () => {
    expect(write('table', { ...answer, rows: [] })).toBe('');
  });
});

describe('types', () => {
  const { BOOL, NUMERIC, TIMESTAMPTZ } = pg.types.builtins;
  const parse = (typeId: number, text: string) =>
    (exactTypes.getTypeParser as (typeId: number) => (text: string) => string)(typeId)(text);

  it('of times are ISO 8601 in UTC, of anything else the text itself', () => {
    expect(parse(TIMESTAMPTZ, '2026-03-01 10:00:00+02')).toBe('2026-03-01T08:00:00.000Z');
    expect(parse(TIMESTAMPTZ, 'infinity')).toBe('infinity');
    expect(parse(NUMERIC, '0.10')).toBe('0.10');
    expect(parse(BOOL, 't')).toBe('true');
  });
});
