import { askReport } from '../../cli/report/ask-report.ts';
import { valuesOf } from '../../cli/report/parameter-values.ts';
import { chooseReport, readReports } from '../../cli/report/reports.ts';
import type { Settings } from '../../settings/settings.ts';

/** A report's rows as the command gets them, all values as texts, as `[column, …]` first and then a list a row. */
export async function rowsOfReport(
  settings: Settings,
  name: string,
  given: Readonly<Record<string, string>>,
): Promise<(string | null)[][]> {
  const report = chooseReport(readReports(), name);
  const { answer } = await askReport(settings, report, valuesOf(report, new Map(Object.entries(given))));
  return [answer.columns.map((column) => column.name), ...answer.rows.map((row) => [...row])];
}
