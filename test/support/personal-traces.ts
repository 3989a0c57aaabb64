import type { Deployment } from './deployment.ts';
import { listJourneys } from './journeys.ts';
import { textIn } from './readable.ts';
import { rawTraces } from './scripted-shop.ts';
import { readTopic } from './topic.ts';

/** A place behind the bridge, how much was searched there, and how many of its entries hold a raw id or address. */
export interface Searched {
  readonly place: string;
  readonly entries: number;
  readonly traces: number;
}

const search = (place: string, entries: readonly unknown[], wanted = rawTraces): Searched => ({
  place,
  entries: entries.length,
  traces: entries.filter((entry) => wanted.test(textIn(entry))).length,
});

/** For raw ids and addresses, or for what is wanted. */
export async function searchTables({ database }: Deployment, wanted = rawTraces): Promise<Searched[]> {
  const { rows: tables } = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  );
  return Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await database.query<{ text: string }>(
        `SELECT row_to_json(t)::text AS text FROM "${name}" t`,
      );
      return search(`table ${name}`, rows, wanted);
    }),
  );
}

/** Keys, values and headers. */
export async function searchTopics(brokers: string, names: readonly string[]): Promise<Searched[]> {
  return Promise.all(names.map(async (name) => search(`topic ${name}`, await readTopic(brokers, name))));
}

/** Ids, memos, search attributes, summaries and histories with all payloads. */
export async function searchJourneys({ temporal, settings }: Deployment): Promise<Searched[]> {
  const searched: Searched[] = [];
  for (const workflowId of await listJourneys(temporal, settings.TEMPORAL_TASK_QUEUE)) {
    const handle = temporal.workflow.getHandle(workflowId);
    const [history, description] = [await handle.fetchHistory(), await handle.describe()];
    const entries = [workflowId, description.raw, description.memo, ...(history.events ?? [])];
    searched.push(search(`journey ${workflowId}`, entries));
  }
  return searched;
}

export const searchLogs = ({ processes }: Deployment, wanted = rawTraces): Searched[] =>
  processes.map(({ name, output }) => search(`log of ${name}`, output.split('\n'), wanted));
