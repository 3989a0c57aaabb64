/**
 * Protects: an erasure goes on after its worker dies at any step, before the step's effect or right after it: it ends with one
 * receipt that counts nothing twice, and a second request gives the same one. The workflow runs on the time-skipping server,
 * so that back-offs take no time; its steps are the real ones, on a real PostgreSQL, Kafka and Temporal.
 */
import { randomBytes } from 'node:crypto';

import type { TestWorkflowEnvironment } from '@temporalio/testing';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { createErasureActivities } from '../../activities/erasure/create-erasure-activities.ts';
import { heldTables } from '../../activities/erasure/held-tables.ts';
import { openErasure } from '../../activities/erasure/open-erasure.ts';
import { startErasure } from '../../activities/erasure/start-erasure.ts';
import { recordEvents } from '../../activities/record-events.ts';
import { DataKeys } from '../../connections/encryption/data-keys.ts';
import { readTopicRetention } from '../../connections/kafka.ts';
import { connectPostgres, type Database } from '../../connections/postgres.ts';
import { erasureWorkflowId, type ErasureReceipt } from '../../events/erasure.ts';
import { journeyWorkflowId } from '../../events/letter.ts';
import { findTestServer } from '../../stack/temporal-test-server.ts';
import { aisleWith } from '../support/aisle-command.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { DyingWorkers } from '../support/dying-workers.ts';
import { shopEvent } from '../support/shop-event.ts';
import { readTopic } from '../support/topic.ts';
import { createEnvironment } from '../workflows/journey-environment.ts';

const steps = [
  'suppress',
  'waitForWriters',
  'stopJourneys',
  'eraseRows',
  'writeTombstones',
  'eraseRuns',
  'destroyKeys',
  'countWhatIsLeft',
  'issueReceipt',
];
const operator = 'grace';

let deployment: Deployment;
let environment: TestWorkflowEnvironment;
let eraser: Database;
let user: string;
let visitor: string;
let bystander: string;

beforeAll(async () => {
  const { executablePath } = await findTestServer();
  deployment = await deploy();
  environment = await createEnvironment(executablePath);
  eraser = connectPostgres(deployment.settings, deployment.log, 'aisle-test-eraser', 'eraser');
  await deployment.migrate();
  const { pseudonyms } = deployment;
  user = pseudonyms.ofUser('ada');
  visitor = pseudonyms.ofSession('ada-browser');
  bystander = pseudonyms.ofUser('ben');
});

afterAll(async () => {
  await environment.teardown();
  await eraser.end();
  await deployment.close();
});

/** A visitor who logs in and buys, with two runs of a journey and encrypted payloads; and somebody else. */
async function leaveTraces(): Promise<void> {
  const { database, settings, temporal, topics, kafka } = deployment;
  const time = Date.now();
  await recordEvents(database, [
    shopEvent({ eventId: 'e-1', time, journeyId: visitor, sessionId: visitor, userId: null }),
    shopEvent({ eventId: 'e-2', time, journeyId: user, sessionId: visitor, userId: user }),
    shopEvent({ eventId: 'e-3', time, journeyId: bystander, userId: bystander }),
  ]);
  await database.query('INSERT INTO identities (session_id, user_id, known_since) VALUES ($1, $2, now())', [
    visitor,
    user,
  ]);
  for (const [journeyId, value] of [
    [user, 40],
    [bystander, 2],
  ])
    await database.query(
      `INSERT INTO purchases (journey_id, purchase_id, version, purchased_at, value, currency, items)
       VALUES ($1, 'p', 1, now(), $2, 'EUR', '[]')`,
      [journeyId, value],
    );
  const keys = new DataKeys([{ id: 'test', key: randomBytes(32) }], database);
  for (const journeyId of [user, visitor, bystander]) await keys.forJourney(journeyId);
  const start = () =>
    temporal.workflow.start('userJourney', {
      ...{ workflowId: journeyWorkflowId(user), taskQueue: settings.TEMPORAL_TASK_QUEUE },
      args: [],
    });
  await (await start()).terminate();
  await start();
  await kafka.withAdmin((admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: topics.userActivity.name,
          configEntries: [{ name: 'cleanup.policy', value: 'compact' }],
        },
      ],
    }),
  );
}

async function countOf(sql: string, ...values: unknown[]): Promise<number> {
  const { rows } = await deployment.owner.query<{ count: number }>(
    `SELECT count(*) AS count FROM ${sql}`,
    values,
  );
  return rows[0]?.count ?? -1;
}

test('a worker that dies before and after every step costs an erasure nothing, and doubles nothing', async () => {
  await leaveTraces();
  const { database, temporal, topics, kafka, settings } = deployment;
  const producer = await kafka.producer();
  try {
    const { receiptNumber } = await openErasure(eraser, [user], operator);
    const activities = createErasureActivities({
      database: eraser,
      workflows: temporal.workflow,
      producer,
      readRetention: (names) => kafka.withAdmin((admin) => readTopicRetention(admin, names)),
      topics,
      taskQueue: settings.TEMPORAL_TASK_QUEUE,
    });
    const workers = new DyingWorkers(environment, settings.TEMPORAL_TASK_QUEUE, { ...activities });
    const { workflow } = environment.client;
    // Whoever asked for it may have died in between, too: begun twice, it runs once.
    for (let requests = 0; requests < 2; requests += 1)
      await startErasure(workflow, settings.TEMPORAL_TASK_QUEUE, receiptNumber);
    const erasure = workflow.getHandle(erasureWorkflowId(receiptNumber));
    const receipt = (await workers.runUntil(erasure.result())) as ErasureReceipt;

    expect(workers.deaths).toEqual(steps.flatMap((step) => [`${step} before`, `${step} after`]));
    const nothing = Object.fromEntries(heldTables.map(({ table }) => [table, 0]));
    expect(receipt).toMatchObject({
      receiptNumber,
      pseudonyms: 2,
      erased: { events: 2, purchases: 1, identities: 1, runs: 2, journey_keys: 2 },
      left: { ...nothing, runs: 0, journey_keys: 0 },
    });
    expect(receipt.topics).toContainEqual(
      expect.objectContaining({ topic: topics.userActivity.name, tombstones: 2 }),
    );

    // One effect each, whatever came twice.
    const { rows: sold } = await database.query(
      `SELECT sum(value) AS value, count(*) AS rows, count(*) FILTER (WHERE journey_id LIKE 'erased\\_%') AS anonymous
       FROM purchases`,
    );
    expect(sold).toEqual([{ value: 42, rows: 2, anonymous: 1 }]);
    expect(await countOf('events')).toBe(1);
    expect(await countOf('events WHERE journey_id = $1', bystander)).toBe(1);
    expect(await countOf('journey_keys WHERE journey_id = $1', bystander)).toBe(1);
    expect(await countOf('suppressions WHERE receipt_number = $1', receiptNumber)).toBe(2);
    for (const table of ['erasure_subjects', 'erasure_counts', 'erasure_runs'])
      expect(await countOf(table), table).toBe(0);
    const tombstones = await readTopic(inject('kafka'), topics.userActivity.name);
    expect(new Set(tombstones.map(({ key }) => key))).toEqual(new Set([user, visitor]));
    expect(tombstones.every(({ value }) => value === null)).toBe(true);

    // A second request, to the workflow and by the command.
    const runId = (await erasure.describe()).runId;
    await startErasure(workflow, settings.TEMPORAL_TASK_QUEUE, receiptNumber);
    expect((await erasure.describe()).runId).toBe(runId);
    const again = await aisleWith(deployment.environment, 'erase', '--json', 'ada');
    expect(again).toMatchObject({ code: 0, stderr: 'Erased before: this is the first receipt.\n' });
    expect(JSON.parse(again.stdout)).toEqual(receipt);
    expect(await countOf('erasures')).toBe(1);
    const { rows: audited } = await deployment.owner.query<{ action: string }>(
      'SELECT action FROM audit_log WHERE subject = $1 ORDER BY entry_id',
      [receiptNumber],
    );
    expect(audited.map(({ action }) => action)).toEqual([
      'erasure.requested',
      'erasure.completed',
      'erasure.repeated',
    ]);
  } finally {
    await producer.close();
  }
});
