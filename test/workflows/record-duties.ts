import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';

import type { RolledUp } from '../../activities/activities.ts';
import type { ErasureActivities } from '../../activities/erasure/activities.ts';
import { retentionOf, type ExpiringStore } from './expiring-store.ts';
import { workflowBundle } from './journey-environment.ts';
import type { Save } from './save-history.ts';

/** The workflows that come to an end by themselves: roll-ups, retention, erasures. */
export async function recordDuties(environment: TestWorkflowEnvironment, save: Save): Promise<void> {
  const record = async (name: string, type: string, activities: object, args: unknown[] = []) => {
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: name,
      workflowBundle: await workflowBundle(),
      activities,
    });
    await worker.runUntil(async () => {
      const { workflow } = environment.client;
      const run = await workflow.start(type, { workflowId: name, taskQueue: name, args });
      // How it ends is for the history to say.
      await run.result().catch(() => undefined);
      await save(name, run);
    });
  };
  const rolledUp: RolledUp = {
    ...{ events: 9, sessions: 2, minutes: 3, slices: 1 },
    ...{ behind: false, rebuilding: false },
  };
  await record('roll-up', 'rollUp', { rollUp: async () => rolledUp });
  const expiring = (broken: readonly string[]): ExpiringStore => ({
    ...{ daysExpired: 2, rows: { alerts: 3, carts: 0 }, measured: 0 },
    broken: new Set(broken),
  });
  await record('retention', 'retention', retentionOf(expiring([])));
  await record('retention-incomplete', 'retention', retentionOf(expiring(['alerts'])));
  await record('erase-user', 'eraseUser', erasureInTwoRounds(), ['receipt-1']);
}

/** A visitor shows to be the person while the first round waits, and its verification finds a row. */
function erasureInTwoRounds(): Omit<ErasureActivities, 'requestErasure'> {
  const visitors = [1, 0, 0];
  const left = [{ events: 1, runs: 0 }];
  return {
    suppress: async () => visitors.shift() ?? 0,
    waitForWriters: async () => undefined,
    stopJourneys: async () => undefined,
    eraseRows: async () => undefined,
    writeTombstones: async () => [{ topic: 'alerts', tombstones: 0, goneBy: null }],
    eraseRuns: async () => undefined,
    destroyKeys: async () => undefined,
    countWhatIsLeft: async () => left.shift() ?? { events: 0, runs: 0 },
    issueReceipt: async (receiptNumber, nothing, topics) => ({
      ...{ receiptNumber, requestedAt: '2026-01-01T00:00:00.000Z', completedAt: '2026-01-01T00:01:00.000Z' },
      ...{ pseudonyms: 2, erased: { events: 3, runs: 1 }, left: nothing, topics },
    }),
  };
}
