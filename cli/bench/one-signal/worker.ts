import { extname, join } from 'node:path';

import { NativeConnection, Runtime, DefaultLogger, Worker } from '@temporalio/worker';

import { connectPostgres, type Database } from '../../../connections/postgres.ts';
import { temporalConnectionOptions } from '../../../connections/temporal.ts';
import { runUntilStopped } from '../../../workers/run-until-stopped.ts';
import { oneSignalTaskQueue, type OneSignalActivities } from './contract.ts';

/** Beside this file, with its ending: `.ts` from the sources, `.js` from `dist/`. */
const workflowsPath = join(import.meta.dirname, `workflow${extname(import.meta.filename)}`);

/** The process that runs the compared workflow, in the place of `aisle worker` and with the same cache. */
export function runOneSignalWorker(): Promise<void> {
  return runUntilStopped('bench-one-signal-worker', async ({ settings, log, onReady, stopping }) => {
    Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
    const database = connectPostgres(settings, log, 'aisle-bench', 'owner');
    const connection = await NativeConnection.connect(temporalConnectionOptions(settings));
    try {
      await database.query(createTable);
      const worker = await Worker.create({
        connection,
        namespace: settings.TEMPORAL_NAMESPACE,
        taskQueue: oneSignalTaskQueue(settings.TEMPORAL_TASK_QUEUE),
        workflowsPath,
        activities: { recordStep: createRecordStep(database) },
        maxCachedWorkflows: settings.MAX_CACHED_JOURNEYS,
      });
      stopping.addEventListener('abort', () => worker.shutdown(), { once: true });
      const running = worker.run();
      onReady();
      await running;
    } finally {
      await connection.close();
      await database.end();
    }
  });
}

function createRecordStep(database: Database): OneSignalActivities['recordStep'] {
  return async (userId, eventId, step, time) => {
    await database.query({ name: 'bench-step', text: insertStep, values: [userId, eventId, step, time] });
  };
}

const createTable = `
  CREATE TABLE IF NOT EXISTS bench_one_signal_steps (
    user_id text, event_id text, step text NOT NULL, reached_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, event_id))`;

const insertStep = `
  INSERT INTO bench_one_signal_steps VALUES ($1, $2, $3, to_timestamp($4 / 1000.0)) ON CONFLICT DO NOTHING`;
