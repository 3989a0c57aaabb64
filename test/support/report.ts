import type { Activities } from '../../activities/activities.ts';
import { createActivities } from '../../activities/create-activities.ts';
import { recordEvents } from '../../activities/record-events.ts';
import { createRecordIdentities } from '../../activities/record-identities.ts';
import { askReport } from '../../cli/report/ask-report.ts';
import { valuesOf } from '../../cli/report/parameter-values.ts';
import { chooseReport, readReports } from '../../cli/report/reports.ts';
import { createTopics } from '../../connections/create-topics.ts';
import { migrate } from '../../connections/migrate.ts';
import type { Settings } from '../../settings/settings.ts';
import { deploy } from './deployment.ts';
import { smallShop } from './small-shop.ts';

export interface ReportedShop {
  readonly activities: Activities;
  /** A report's rows as the command gets them, all values as texts, below the names of the columns. */
  readonly ask: (name: string, given: Readonly<Record<string, string>>) => Promise<(string | null)[][]>;
  readonly close: () => Promise<void>;
}

/** The small shop, recorded and rolled up on a database of its own. */
export async function deploySmallShop(): Promise<ReportedShop> {
  const deployment = await deploy();
  const { settings, log, kafka, topics, database, temporal } = deployment;
  await migrate(settings, log);
  await createTopics(kafka, topics, 1, log);
  const producer = await kafka.producer();
  const activities = createActivities({ database, producer, workflows: temporal.workflow, settings });
  await recordEvents(database, smallShop);
  await createRecordIdentities(database)(smallShop);
  await activities.rollUp();
  return {
    activities,
    ask: (name, given) => rowsOfReport(settings, name, given),
    close: async () => {
      await producer.close();
      await deployment.close();
    },
  };
}

async function rowsOfReport(settings: Settings, name: string, given: Readonly<Record<string, string>>) {
  const report = chooseReport(readReports(), name);
  const { answer } = await askReport(settings, report, valuesOf(report, new Map(Object.entries(given))));
  return [answer.columns.map((column) => column.name), ...answer.rows.map((row) => [...row])];
}
