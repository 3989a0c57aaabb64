import type { WorkflowClient } from '@temporalio/client';
import pLimit from 'p-limit';

import { noteUse } from '../../connections/encryption/data-keys.ts';
import type { Database } from '../../connections/postgres.ts';
import { journeyOfWorkflow, journeyWorkflowId } from '../../events/letter.ts';
import { describeRun } from '../erasure/journey-runs.ts';

const keysAtOnce = 100;
const questionsAtOnce = 10;

interface Candidate {
  readonly key_id: string;
  readonly journey_id: string;
}

/** Deletes some expired keys; `isDone` when there are no more of them to look at. */
export type ForgetUnusedKeys = () => Promise<{ readonly deleted: number; readonly isDone: boolean }>;

/**
 * Lets go of the keys of journeys that ended and of which Temporal has forgotten every run, so that nothing is left that they
 * open. A key that Temporal still needs is not asked about again before it has expired anew. A journey that begins in the
 * same moment asks for its key first, which makes it no candidate: it is deleted before, and another one made, or not at all.
 */
export function createForgetUnusedKeys(database: Database, client: WorkflowClient): ForgetUnusedKeys {
  const limit = pLimit(questionsAtOnce);
  return async () => {
    const { rows } = await database.query<Candidate>(expired, [keysAtOnce]);
    const known = new Set<string>();
    const ask = async ({ journey_id: journeyId }: Candidate): Promise<void> => {
      if ((await describeRun(client, journeyWorkflowId(journeyId))) !== null) known.add(journeyId);
    };
    await Promise.all(rows.map((row) => limit(() => ask(row))));
    const unknown = rows.filter(({ journey_id: journeyId }) => !known.has(journeyId));
    for (const journeyId of await withEarlierRuns(client, unknown)) known.add(journeyId);

    await database.query(noteUse, [[...known]]);
    const unused = unknown.filter(({ journey_id: journeyId }) => !known.has(journeyId));
    const { rows: answers } = await database.query<{ deleted: number }>(
      'SELECT delete_unused_keys($1::uuid[]) AS deleted',
      [unused.map(({ key_id: keyId }) => keyId)],
    );
    const deleted = answers[0]?.deleted ?? 0;
    // Where every row of a round is held by somebody else, the next run goes on.
    return { deleted, isDone: rows.length < keysAtOnce || deleted + known.size === 0 };
  };
}

/** Journeys whose latest run somebody has deleted, and not those before it. */
async function withEarlierRuns(
  client: WorkflowClient,
  candidates: readonly Candidate[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  if (candidates.length === 0) return found;
  const ids = candidates.map(({ journey_id: journeyId }) => `'${journeyWorkflowId(journeyId)}'`);
  for await (const { workflowId } of client.list({ query: `WorkflowId IN (${ids.join(', ')})` })) {
    const journeyId = journeyOfWorkflow(workflowId);
    if (journeyId !== null) found.add(journeyId);
  }
  return found;
}

const expired = `
  SELECT key_id, journey_id FROM journey_keys
  WHERE journey_id <> 'system'
    AND needed_at < (SELECT kept_since FROM retention WHERE table_name = 'journey_keys')
  ORDER BY needed_at LIMIT $1`;
