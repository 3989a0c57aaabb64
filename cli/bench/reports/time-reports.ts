import type { Settings } from '../../../settings/settings.ts';
import { askReport } from '../../report/ask-report.ts';
import { valuesOf } from '../../report/parameter-values.ts';
import type { Report } from '../../report/report-file.ts';
import { median } from '../measure/median.ts';

export interface Timed {
  readonly report: Report;
  /** The median of the measured runs, milliseconds: connecting, asking and reading the answer. */
  readonly medianMs: number;
  readonly rows: number;
}

const measuredRuns = 3;

/** Asks for a report as the command does, once to warm up and then three times. */
export async function timeReport(
  settings: Settings,
  report: Report,
  given: ReadonlyMap<string, string>,
): Promise<Timed> {
  const values = valuesOf(report, given);
  const { answer } = await askReport(settings, report, values);
  const times: number[] = [];
  for (let run = 0; run < measuredRuns; run += 1) {
    const begun = performance.now();
    await askReport(settings, report, values);
    times.push(performance.now() - begun);
  }
  return { report, medianMs: median(times) ?? Number.NaN, rows: answer.rows.length };
}

/** PostgreSQL's plan for the report with these values, with what came out of each part of it. */
export async function planOf(
  settings: Settings,
  report: Report,
  given: ReadonlyMap<string, string>,
): Promise<string> {
  const explained = { ...report, query: `EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF) ${report.query}` };
  const { answer } = await askReport(settings, explained, valuesOf(report, given));
  return answer.rows.map(([line]) => line).join('\n');
}
