/**
 * Protects: a run of retention goes on where one step keeps failing, says at its end what it could not do, and is bounded
 * however much there is to let go.
 */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { WorkflowFailedError } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';

import type { retention, RetentionReport } from '../../workflows/retention.ts';
import { createEnvironment, workflowBundle } from './journey-environment.ts';
import { retentionOf, type ExpiringStore } from './expiring-store.ts';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await createEnvironment(inject('testServerPath'));
});
afterAll(() => environment.teardown());

let runs = 0;

async function runOn(store: ExpiringStore, cached = false): Promise<RetentionReport> {
  const taskQueue = `retention-${++runs}`;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    namespace: environment.client.options.namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: retentionOf(store),
    // Without a cache every workflow task replays the history from its start: what is not deterministic fails.
    ...(cached ? {} : { maxCachedWorkflows: 0 }),
  });
  return worker.runUntil(
    environment.client.workflow.execute<typeof retention>('retention', { workflowId: taskQueue, taskQueue }),
  );
}

it('drops every expired day and deletes every table to its end', async () => {
  const store: ExpiringStore = {
    daysExpired: 3,
    rows: { alerts: 4, carts: 0 },
    broken: new Set(),
    measured: 0,
  };
  expect(await runOn(store)).toEqual({ daysMade: 0, daysDropped: 3, deleted: { alerts: 40 } });
  expect(store).toMatchObject({ rows: { alerts: 0 }, measured: 1 });
});

it('does the rest where a table and the days keep failing, and then fails by their names', async () => {
  const store: ExpiringStore = {
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
  const store: ExpiringStore = { daysExpired: 0, rows: { alerts: 150 }, broken: new Set(), measured: 0 };
  expect(await runOn(store, true)).toEqual({ daysMade: 0, daysDropped: 0, deleted: { alerts: 1000 } });
  expect(store).toMatchObject({ rows: { alerts: 50 }, measured: 0 });
  expect(await runOn(store, true)).toMatchObject({ deleted: { alerts: 500 } });
});
