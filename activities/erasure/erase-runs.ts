import { setTimeout as sleep } from 'node:timers/promises';

import type { WorkflowClient } from '@temporalio/client';
import { Context } from '@temporalio/activity';

import type { Database } from '../../connections/postgres.ts';
import type { ErasureActivities } from './activities.ts';
import { deleteRun, describeRun, findRuns, type JourneyRun } from './journey-runs.ts';
import { readJourneyIds } from './subjects.ts';

const pollMs = 100;

/**
 * Every run is noted before its deletion is asked for: a crash in between forgets none, and each is counted once. The
 * server deletes in its own time, so each is asked for until it is unknown.
 */
export function createEraseRuns(database: Database, client: WorkflowClient): ErasureActivities['eraseRuns'] {
  return async (receiptNumber) => {
    for (const journeyId of await readJourneyIds(database, receiptNumber)) {
      for (const run of await findRuns(client, journeyId)) await note(receiptNumber, run);
    }
    const runs = await notedRuns(database, receiptNumber);
    for (const run of runs) await deleteRun(client, run);
    for (const run of runs) await untilUnknown(client, run);
  };

  async function note(receiptNumber: string, { workflowId, runId }: JourneyRun): Promise<void> {
    await database.query('INSERT INTO erasure_runs VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      receiptNumber,
      workflowId,
      runId,
    ]);
  }
}

export async function notedRuns(database: Database, receiptNumber: string): Promise<readonly JourneyRun[]> {
  const { rows } = await database.query<{ workflow_id: string; run_id: string }>(
    'SELECT workflow_id, run_id FROM erasure_runs WHERE receipt_number = $1',
    [receiptNumber],
  );
  return rows.map(({ workflow_id: workflowId, run_id: runId }) => ({ workflowId, runId }));
}

async function untilUnknown(client: WorkflowClient, run: JourneyRun): Promise<void> {
  const context = Context.current();
  while ((await describeRun(client, run.workflowId, run.runId)) !== null) {
    context.heartbeat();
    await sleep(pollMs, undefined, { signal: context.cancellationSignal });
  }
}
