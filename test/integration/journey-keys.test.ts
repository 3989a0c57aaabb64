/**
 * Protects: the key of a journey goes when nothing is left that it opens, and never before: not while the journey lives, nor
 * while Temporal keeps the history of one that has ended, nor while a process is about to use it.
 */
import { randomBytes } from 'node:crypto';

import { WorkflowClient } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createForgetUnusedKeys } from '../../activities/encryption/forget-unused-keys.ts';
import { createRetention } from '../../activities/retention.ts';
import { DataKeys } from '../../connections/encryption/data-keys.ts';
import { dataConverterOf } from '../../connections/encryption/data-converter.ts';
import { migrate } from '../../connections/migrate.ts';
import { journeyWorkflowId } from '../../events/letter.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { waitUntil } from '../support/wait-until.ts';

const pseudonym = () => `u1_${randomBytes(16).toString('hex')}`;

let deployment: Deployment;
let client: WorkflowClient;

beforeAll(async () => {
  deployment = await deploy({
    PAYLOAD_ENCRYPTION: 'on',
    PAYLOAD_MASTER_KEY: `test:${randomBytes(32).toString('base64')}`,
    RETENTION_DAYS: 'journey_keys=2',
  });
  const { settings, log, temporal, database } = deployment;
  await migrate(settings, log);
  client = new WorkflowClient({
    connection: temporal.connection,
    dataConverter: dataConverterOf(settings, () => database),
  });
});

afterAll(() => deployment.close());

const freshKeys = () => new DataKeys(deployment.settings.PAYLOAD_MASTER_KEY ?? [], deployment.database);

/** As long ago as retention keeps them, and a little more. */
const grow = (...journeyIds: readonly string[]) =>
  deployment.owner.query(
    `UPDATE journey_keys SET needed_at = now() - interval '4 days' WHERE journey_id = ANY($1)`,
    [journeyIds],
  );

async function retain(): Promise<number> {
  const { database, settings } = deployment;
  const forget = createForgetUnusedKeys(database, client);
  const retention = createRetention(database, settings.RETENTION_DAYS, forget);
  await retention.prepareRetention();
  const { deleted, isDone } = await retention.deleteExpired('journey_keys');
  expect(isDone).toBe(true);
  return deleted;
}

async function held(): Promise<ReadonlyMap<string, { keyId: string; isExpired: boolean }>> {
  const { rows } = await deployment.database.query<{ journey_id: string; key_id: string; expired: boolean }>(
    `SELECT journey_id, key_id, needed_at < now() - interval '2 days' AS expired FROM journey_keys`,
  );
  return new Map(
    rows.map(({ journey_id: id, key_id: keyId, expired: isExpired }) => [id, { keyId, isExpired }]),
  );
}

/** Runs of a journey that nobody works on; its argument is encrypted. */
const start = (journeyId: string) =>
  client.start('userJourney', {
    workflowId: journeyWorkflowId(journeyId),
    taskQueue: deployment.settings.TEMPORAL_TASK_QUEUE,
    args: [{ said: `by ${journeyId}` }],
  });

async function readable(journeyId: string): Promise<boolean> {
  const { events } = await client.getHandle(journeyWorkflowId(journeyId)).fetchHistory();
  const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  const [codec] = dataConverterOf(deployment.settings, () => deployment.database).payloadCodecs ?? [];
  const [plain] = (await codec?.decode(payload ? [payload] : [])) ?? [];
  return Buffer.from(plain?.data ?? [])
    .toString()
    .includes(`by ${journeyId}`);
}

/** How many connections wait for a lock. */
async function waiting(): Promise<number | null> {
  const { rowCount } = await deployment.administrator.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rowCount;
}

async function deleteRuns(journeyId: string): Promise<void> {
  const workflowId = journeyWorkflowId(journeyId);
  await client.workflowService.deleteWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId },
  });
  await waitUntil(
    'Temporal has forgotten the journey',
    async () => {
      let runs = 0;
      for await (const run of client.list({ query: `WorkflowId = '${workflowId}'` })) runs += Number(!!run);
      return runs;
    },
    (runs) => runs === 0,
  );
}

test('a key stays while the journey lives or its history is kept, and goes with the last run', async () => {
  const [living, ended, forgotten] = [pseudonym(), pseudonym(), pseudonym()];
  await Promise.all([living, ended, forgotten].map(start));
  for (const journeyId of [ended, forgotten])
    await client.getHandle(journeyWorkflowId(journeyId)).terminate();
  await deleteRuns(forgotten);
  await freshKeys().forJourney('system');
  await grow(living, ended, forgotten, 'system');

  expect(await retain()).toBe(1);
  const kept = await held();
  expect(new Set(kept.keys())).toEqual(new Set([living, ended, 'system']));
  expect(await Promise.all([living, ended].map(readable))).toEqual([true, true]);
  // They are not asked about again each hour.
  expect([living, ended].map((id) => kept.get(id)?.isExpired)).toEqual([false, false]);

  await grow(living, ended);
  await deleteRuns(ended);
  expect(await retain()).toBe(1);
  expect([...(await held()).keys()].toSorted()).toEqual([living, 'system'].toSorted());
});

test('a key that is old and has no run is kept when a process asks for it, and used', async () => {
  const journeyId = pseudonym();
  const { id } = await freshKeys().forJourney(journeyId);
  await grow(journeyId);
  expect((await freshKeys().forJourney(journeyId)).id).toBe(id);
  expect((await held()).get(journeyId)).toEqual({ keyId: id, isExpired: false });
  expect(await retain()).toBe(0);
});

test('who asks for a key in the moment of its deletion gets another one, which is kept', async () => {
  const journeyId = pseudonym();
  const { id } = await freshKeys().forJourney(journeyId);
  await grow(journeyId);
  const retention = await deployment.owner.connect();
  try {
    await retention.query('BEGIN');
    const { rows } = await retention.query('SELECT delete_unused_keys($1::uuid[]) AS deleted', [[id]]);
    expect(rows).toEqual([{ deleted: 1 }]);
    const asked = freshKeys().forJourney(journeyId);
    await waitUntil('the process waits for the row', waiting, (count) => count === 1);
    await retention.query('COMMIT');
    const key = await asked;
    expect(key.id).not.toBe(id);
    expect((await held()).get(journeyId)?.keyId).toBe(key.id);
    expect(await freshKeys().byId(key.id)).toEqual(key);
  } finally {
    retention.release(true);
  }
});

test('who asks first keeps it: the deletion passes it over, and whoever asks beside gets the same', async () => {
  const journeyId = pseudonym();
  const { id } = await freshKeys().forJourney(journeyId);
  await grow(journeyId);
  const process = await deployment.owner.connect();
  try {
    await process.query('BEGIN');
    await process.query('UPDATE journey_keys SET needed_at = now() WHERE key_id = $1', [id]);
    expect(await retain()).toBe(0);
    const asked = freshKeys().forJourney(journeyId);
    await waitUntil('another process waits for the row', waiting, (count) => count === 1);
    await process.query('COMMIT');
    expect((await asked).id).toBe(id);
  } finally {
    process.release(true);
  }
  expect(await retain()).toBe(0);
  expect((await held()).get(journeyId)?.keyId).toBe(id);
});
