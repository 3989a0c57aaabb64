/**
 * Protects: a run of retention goes on where one step keeps failing, says at its end what it could not do, and is bounded
 * however much there is to let go.
 */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { WorkflowFailedError } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';

import type { RetentionActivities } from '../../activities/activities.ts';
import type { retention, RetentionReport } from '../../workflows/retention.ts';
import { createEnvironment, workflowBundle } from './journey-environment.ts';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await createEnvironment(inject('testServerPath'));
});
afterAll(() => environment.teardown());

interface Store {
  daysExpired: number;
  /** Steps' worth of rows, by table. */
  readonly rows: Record<string, number>;
  readonly broken: ReadonlySet<string>;
  measured: number;
}

const activitiesOf = (store: Store): RetentionActivities => ({
  prepareRetention: async () => ({ daysMade: 0, tables: Object.keys(store.rows) }),
  dropExpiredDay: async () => {
    if (store.broken.has('days')) throw new Error('locked for ever');
    store.daysExpired -= 1;
    return store.daysExpired >= 0;
  },
  deleteExpired: async (table) => {
    if (store.broken.has(table)) throw new Error('the table is broken');
    const left = store.rows[table] ?? 0;
    store.rows[table] = Math.max(0, left - 1);
    return { deleted: left > 0 ? 10 : 0, isDone: left <= 1 };
  },
  measureEvents: async () => {
    store.measured += 1;
  },
});

let runs = 0;

async function runOn(store: Store, cached = false): Promise<RetentionReport> {
  const taskQueue = `retention-${++runs}`;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    namespace: environment.client.options.namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: activitiesOf(store),
    // Without a cache every workflow task replays the history from its start: what is not deterministic fails.
    ...(cached ? {} : { maxCachedWorkflows: 0 }),
  });
  return worker.runUntil(
    environment.client.workflow.execute<typeof retention>('retention', { workflowId: taskQueue, taskQueue }),
  );
}

it('drops every expired day and deletes every table to its end', async () => {
  const store: Store = { daysExpired: 3, rows: { alerts: 4, carts: 0 }, broken: new Set(), measured: 0 };
  expect(await runOn(store)).toEqual({ daysMade: 0, daysDropped: 3, deleted: { alerts: 40 } });
  expect(store).toMatchObject({ rows: { alerts: 0 }, measured: 1 });
});

it('does the rest where a table and the days keep failing, and then fails by their names', async () => {
  const store: Store = {
    daysExpired: 3,
    rows: { alerts: 1, carts: 2, purchases: 3 },
    broken: new Set(['days', 'carts']),
    measured: 0,
  };
  const failure = await runOn(store).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(WorkflowFailedError);
  expect((failure as WorkflowFailedError).cause?.message).toBe(
    'retention could not finish: days of the record, carts',
  );
  expect(store).toMatchObject({ daysExpired: 3, rows: { alerts: 0, carts: 2, purchases: 0 } });
});

it('leaves to the next run what is more than a run may do', async () => {
  const store: Store = { daysExpired: 0, rows: { alerts: 150 }, broken: new Set(), measured: 0 };
  expect(await runOn(store, true)).toEqual({ daysMade: 0, daysDropped: 0, deleted: { alerts: 1000 } });
  expect(store).toMatchObject({ rows: { alerts: 50 }, measured: 0 });
  expect(await runOn(store, true)).toMatchObject({ deleted: { alerts: 500 } });
});
