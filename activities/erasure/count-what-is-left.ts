import type { WorkflowClient } from '@temporalio/client';

import type { Database } from '../../connections/postgres.ts';
import type { ErasureActivities } from './activities.ts';
import { countKeys } from './destroy-keys.ts';
import { isTheirs } from './erase-rows.ts';
import { notedRuns } from './erase-runs.ts';
import { heldTables } from './held-tables.ts';
import { describeRun, findRuns } from './journey-runs.ts';
import { readJourneyIds, readSubjects } from './subjects.ts';

/** Looks again, in every store, for whatever the person left: it knows nothing of what the steps before have done. */
export function createCountWhatIsLeft(
  database: Database,
  client: WorkflowClient,
): ErasureActivities['countWhatIsLeft'] {
  return async (receiptNumber) => {
    const left: Record<string, number> = {};
    for (const held of heldTables) {
      left[held.table] = 0;
      for (const { journeyIds, until } of await readSubjects(database, receiptNumber)) {
        const { rows } = await database.query<{ count: number }>(
          `SELECT count(*) AS count FROM ${held.table} WHERE ${isTheirs(held)}`,
          [journeyIds, until],
        );
        left[held.table] = (left[held.table] ?? 0) + (rows[0]?.count ?? 0);
      }
    }
    const journeyIds = await readJourneyIds(database, receiptNumber);
    const runs = new Set<string>();
    for (const journeyId of journeyIds)
      for (const { runId } of await findRuns(client, journeyId)) runs.add(runId);
    for (const { workflowId, runId } of await notedRuns(database, receiptNumber))
      if ((await describeRun(client, workflowId, runId)) !== null) runs.add(runId);
    return { ...left, runs: runs.size, journey_keys: await countKeys(database, journeyIds) };
  };
}
