// Every file of sql/reports/ is one query that psql and the command read alike: values reach it as bind parameters only,
// and what is given by name is checked against what the file declares.
import { readdirSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { parsePairs, valuesOf } from '../../cli/report/parameter-values.ts';
import { parseReport } from '../../cli/report/report-file.ts';
import { chooseReport, nearest, readReports } from '../../cli/report/reports.ts';

const head = `-- Carts: how many.
-- since (time): where it begins
\\if :{?since} \\set _since :since \\else \\set _since '24 h' \\endif
-- by (hour, day or week): the time of a row
\\if :{?by} \\set _by :by \\else \\set _by day \\endif
-- window (duration): how long
\\if :{?window} \\set _window :window \\else \\set _window 7d \\endif
-- limit (count): how many
\\if :{?limit} \\set _limit :limit \\else \\set _limit 50 \\endif
SELECT report_time(:'_since') AS _since \\gset
`;
const query = `SELECT :'_by', :'_since', ':by', :'_by'::text;`;
const report = parseReport('carts', `${head}\n${query}\n`);

describe('a file', () => {
  it('declares its parameters once, and its query names them by number', () => {
    expect(report).toMatchObject({ name: 'carts', title: 'Carts: how many.', placeholders: ['by', 'since'] });
    expect(report.query).toBe(`SELECT $1, $2, ':by', $1::text;`);
    expect(report.parameters).toContainEqual({
      name: 'by',
      kind: ['hour', 'day', 'week'],
      meaning: 'the time of a row',
      byDefault: 'day',
    });
    expect(report.parameters.map(({ byDefault }) => byDefault)).toEqual(['24 h', 'day', '7d', '50']);
  });

  it.each([
    ['a parameter that it does not declare', `${head}\nSELECT :'_limits';`],
    ['a head without an end', head.replace('\\gset', ';')],
    ['a default of another name', head.replace('\\set _by :by', '\\set _by :day')],
    ['a description of another name', head.replace('-- by (', '-- buy (')],
    ['a kind that nobody knows', head.replace('(count)', '(number)')],
  ])('is refused with %s', (_, text) => {
    expect(() => parseReport('carts', text)).toThrow(/carts/);
  });
});

describe('the reports', () => {
  const reports = readReports();

  it('are all there, each with a time and nothing that it declares in vain', () => {
    expect(reports).toHaveLength(readdirSync('sql/reports').length);
    for (const { name, parameters, placeholders } of reports) {
      const names = parameters.map((parameter) => parameter.name);
      expect(names, name).toEqual(expect.arrayContaining(['since', 'until', 'bots']));
      expect([...placeholders].sort(), name).toEqual([...names].sort());
    }
  });

  it('are one statement each, with no word for psql behind the head, and defaults that are of their kind', () => {
    for (const read of reports) {
      expect(read.query.indexOf(';'), read.name).toBe(read.query.length - 1);
      expect(read.query, read.name).not.toMatch(/\\|:'/);
      const defaults = new Map(read.parameters.map(({ name, byDefault }) => [name, byDefault]));
      expect(valuesOf(read, defaults), read.name).toEqual(defaults);
    }
  });

  it('are told apart by name, and a wrong name by what it is like', () => {
    expect(chooseReport([report], 'carts')).toBe(report);
    expect(() => chooseReport([report], 'crats')).toThrow('There is no report "crats": did you mean carts?');
    expect(() => chooseReport([report], 'weather')).toThrow('There is no report "weather": there are carts.');
    expect(nearest('funel', ['traffic', 'funnel'])).toEqual(['funnel']);
    expect(nearest('revenue', ['lost-revenue', 'funnel', 'revenues'])).toEqual(['lost-revenue', 'revenues']);
  });
});

describe('values', () => {
  const given = (name: string, value: string) => () => valuesOf(report, new Map([[name, value]])).get(name);

  it.each([
    ['since', '90s'],
    ['since', '7d'],
    ['since', '1.5h'],
    ['since', 'now'],
    ['since', '2026-03-01'],
    ['since', '2026-03-01T09:00Z'],
    ['since', '2026-03-01 09:00:00.5+02:00'],
    ['by', 'week'],
    ['window', '30m'],
    ['limit', '1000000'],
  ])('%s may be %s', (name, value) => {
    expect(given(name, value)()).toBe(value);
  });

  it.each([
    ['since', '7', /how long ago, such as 24h/],
    ['since', '7 fortnights', /how long ago/],
    ['since', '2026-02-30', /how long ago/],
    ['since', '2026-03-01T25:00Z', /how long ago/],
    ['since', "now'; DROP TABLE events; --", /how long ago/],
    ['by', 'year', /expected hour or day or week\.$/],
    ['window', '0d', /a duration with its unit/],
    ['window', '2026-03-01', /a duration with its unit/],
    ['limit', '0', /a whole number from 1 to/],
    ['limit', '1e3', /a whole number/],
    ['buy', 'week', /has no "buy"\. It has since \(where it begins; 24 h by default\), by /],
  ])('%s may not be %s', (name, value, sentence) => {
    expect(given(name, value)).toThrow(sentence);
  });

  it('are given as pairs, of which the last of a name counts', () => {
    expect(parsePairs(['by=day', 'window=1d', 'by=week=1'])).toEqual(
      new Map([
        ['by', 'week=1'],
        ['window', '1d'],
      ]),
    );
    expect(() => parsePairs(['by'])).toThrow('Expected --set name=value');
    expect(() => parsePairs(['by='])).toThrow('Expected --set name=value');
  });
});
