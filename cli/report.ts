import { settingsOfRunningSystem } from './journey/running-system.ts';
import { askReport } from './report/ask-report.ts';
import type { Format } from './report/format.ts';
import { parsePairs, valuesOf } from './report/parameter-values.ts';
import { print } from './report/print.ts';
import { chooseReport, readReports } from './report/reports.ts';
import { write } from './report/write.ts';

export interface ReportOptions {
  /** Without one the reports are listed. */
  readonly name: string | undefined;
  readonly since?: string;
  readonly until?: string;
  readonly format: Format;
  /** `name=value` of the report's own parameters. */
  readonly set: readonly string[];
}

/** Prints a report on stdout, or the list of reports; an empty one is said on stderr. Throws what `askReport` throws. */
export async function runReport({ name, since, until, format, set }: ReportOptions): Promise<void> {
  const reports = readReports();
  if (name === undefined) {
    const width = Math.max(...reports.map((report) => report.name.length));
    await print(reports.map((report) => `${report.name.padEnd(width)}  ${report.title}\n`).join(''));
    return;
  }
  const report = chooseReport(reports, name);
  const given = parsePairs(set);
  if (since !== undefined) given.set('since', since);
  if (until !== undefined) given.set('until', until);
  const values = valuesOf(report, given);
  const settings = await settingsOfRunningSystem('DB_HOST');
  const { period, answer } = await askReport(settings, report, values);
  if (answer.rows.length === 0) {
    process.stderr.write(
      `The report ${report.name} is empty: there is nothing from ${period.since} to ${period.until}.\n`,
    );
  }
  await print(write(format, answer));
}
