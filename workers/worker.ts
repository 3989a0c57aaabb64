import { ScheduleClient } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';

import { createActivities } from '../activities/create-activities.ts';
import { keepReadings } from '../activities/keep-readings.ts';
import { createErasureActivities } from '../activities/erasure/create-erasure-activities.ts';
import { resumeErasures } from '../activities/erasure/start-erasure.ts';
import { Closing } from '../connections/closing.ts';
import { readTopicRetention } from '../connections/kafka.ts';
import type { Log } from '../connections/log.ts';
import { topicsWithPrefix } from '../events/topics.ts';
import type { Settings } from '../settings/settings.ts';
import { settleCurrentVersion } from './current-version.ts';
import { createJourneyWorkers } from './journey-workers.ts';
import { ensureSchedule, retentionSchedule, rollUpSchedule } from './schedule.ts';
import { createSystemReadings } from './system-readings.ts';
import { toLog } from './temporal-log.ts';
import { openConnections, type WorkerConnections } from './worker-connections.ts';
import { workflowSource } from './workflow-source.ts';

export interface WorkerOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly onReady: () => void;
  readonly stopping: AbortSignal;
}

/** Runs journeys, roll-ups and their activities until `stopping`; work under way is finished first, within a bound. */
export async function runWorkerProcess({ settings, log, onReady, stopping }: WorkerOptions): Promise<void> {
  const { logger } = Runtime.install({
    logger: new DefaultLogger('WARN', toLog(log)),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
    shutdownSignals: [],
  });
  const closing = new Closing(log);
  try {
    const connections = await openConnections(settings, log, closing);
    const { database, eraser, offsets, temporal, workflows, dataConverter } = connections;
    const { TEMPORAL_NAMESPACE: namespace, TEMPORAL_TASK_QUEUE: taskQueue } = settings;
    const shared = {
      dataConverter,
      activities: activitiesWith(connections, settings),
      ...(await workflowSource(settings.PAYLOAD_ENCRYPTION, logger)),
    };
    const workers = await createJourneyWorkers({ settings, log, closing, shared });
    const schedules = new ScheduleClient({ connection: temporal, namespace, dataConverter });
    await ensureSchedule(schedules, taskQueue, rollUpSchedule, settings.ROLL_UP_EVERY);
    await ensureSchedule(schedules, taskQueue, retentionSchedule, settings.RETENTION_EVERY);
    const stop = () => workers.shutdown();
    if (stopping.aborted) return;
    stopping.addEventListener('abort', stop, { once: true });
    const ended = new AbortController();
    const running = workers.run().finally(() => ended.abort());
    const readings = keepReadings({
      database,
      take: createSystemReadings(settings, offsets, workflows, log),
      log,
      stopping: AbortSignal.any([stopping, ended.signal]),
    });
    try {
      await Promise.race([running, readings, settleCurrentVersion(temporal, settings, log, stopping)]);
      onReady();
      await Promise.all([
        running,
        readings,
        resumeErasures({ database: eraser, workflows, taskQueue, log, stopping }),
      ]);
    } catch (error) {
      workers.shutdown();
      await running;
      throw error;
    }
  } finally {
    await closing.closeAll();
  }
}

const activitiesWith = (connections: WorkerConnections, settings: Settings) => ({
  ...createActivities({ ...connections, settings }),
  ...createErasureActivities({
    database: connections.eraser,
    workflows: connections.workflows,
    producer: connections.producer,
    readRetention: (names) => connections.kafka.withAdmin((admin) => readTopicRetention(admin, names)),
    topics: topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX),
    taskQueue: settings.TEMPORAL_TASK_QUEUE,
  }),
});
