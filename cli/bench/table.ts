import { inWords, type Result } from './result.ts';

const headings = ['figure', 'value', 'baseline', 'ratio', 'goal', 'met'] as const;

/** The results as a table of plain text, one line each, with one line above. Numbers are aligned to the right. */
export function formatTable(results: readonly Result[]): string {
  const rows = results.map(cellsOf);
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [headings, ...rows]
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column === 0 || column >= 4 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cellsOf({ name, value, unit, baseline, ratio, goal, met }: Result): readonly string[] {
  return [
    name,
    value === null ? 'not measured' : `${inWords(value)} ${unit}`,
    baseline === null ? '' : inWords(baseline),
    ratio === null ? '' : inWords(ratio),
    goal ?? '',
    met === null ? '' : met ? 'yes' : 'NO',
  ];
}
