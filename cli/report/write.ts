import Table from 'cli-table3';
import { stringify } from 'csv-stringify/sync';

import { printable } from '../journey/wording.ts';
import type { Answer, Column } from './answer.ts';
import type { Format } from './format.ts';

/** The text to print, with its line ends. */
export function write(format: Format, answer: Answer): string {
  switch (format) {
    case 'csv':
      return writeCsv(answer);
    case 'json':
      return writeJson(answer);
    case 'table':
      return writeTable(answer);
  }
}

/** RFC 4180, with the names in the first line. What a spreadsheet would take for a formula is marked as text. */
function writeCsv({ columns, rows }: Answer): string {
  const kindOfCell = (index: number | string | undefined) => columns[Number(index)]?.kind;
  return stringify([columns.map(({ name }) => name), ...rows.map((row) => [...row])], {
    cast: {
      string: (value, { column }) => ({ value, escape_formulas: kindOfCell(column) === 'text' }),
    },
  });
}

/** One object a line. Numbers are written as PostgreSQL gave them, which JSON can and JavaScript's numbers cannot. */
function writeJson({ columns, rows }: Answer): string {
  return rows
    .map((row) => {
      const members = row.map((value, index) => {
        const column = columns[index] as Column;
        return `${JSON.stringify(column.name)}:${jsonValue(value, column)}`;
      });
      return `{${members.join(',')}}\n`;
    })
    .join('');
}

function jsonValue(value: string | null, { kind }: Column): string {
  if (value === null) return 'null';
  if (kind === 'boolean') return value;
  // NaN and Infinity are no JSON.
  if (kind === 'number') return /\d$/.test(value) ? value : 'null';
  return JSON.stringify(value);
}

function writeTable({ columns, rows }: Answer): string {
  if (rows.length === 0) return '';
  const table = new Table({
    head: columns.map(({ name }) => name.replaceAll('_', ' ')),
    colAligns: columns.map(({ kind }) => (kind === 'number' ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push(row.map((value) => (value === null ? '–' : printable(value))));
  return `${table.toString()}\n`;
}
