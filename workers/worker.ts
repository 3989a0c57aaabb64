import { ScheduleClient, WorkflowClient } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';

import { createActivities } from '../activities/create-activities.ts';
import { metricSession } from '../activities/measure-metric.ts';
import { keepReadings } from '../activities/keep-readings.ts';
import { createErasureActivities } from '../activities/erasure/create-erasure-activities.ts';
import { resumeErasures } from '../activities/erasure/start-erasure.ts';
import { Closing } from '../connections/closing.ts';
import { dataConverterOf } from '../connections/encryption/data-converter.ts';
import { connectKafka, readTopicRetention } from '../connections/kafka.ts';
import type { Log } from '../connections/log.ts';
import { connectPostgres, tryLogin } from '../connections/postgres.ts';
import { connectTemporal, reachingTemporal, temporalConnectionOptions } from '../connections/temporal.ts';
import { topicsWithPrefix } from '../events/topics.ts';
import type { Settings } from '../settings/settings.ts';
import { settleCurrentVersion } from './current-version.ts';
import { workerOnThreads } from './journey-worker.ts';
import { ensureSchedule, retentionSchedule, rollUpSchedule } from './schedule.ts';
import { createSystemReadings } from './system-readings.ts';
import { toLog } from './temporal-log.ts';
import { versioningOf } from './versioning.ts';
import { createWorkerGroup, type WorkerShare } from './worker-group.ts';
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
  const kafka = connectKafka(settings, log);
  const database = connectPostgres(settings, log, 'aisle-worker');
  const closing = new Closing(log);
  const eraser = connectPostgres(settings, log, 'aisle-worker-erasures', 'eraser');
  closing.add(() => database.end());
  const readers = connectPostgres(
    { ...settings, DB_POOL_SIZE: connectionsForOwnSql },
    log,
    'aisle-rules',
    'reporter',
  );
  closing.add(() => readers.end());
  const metrics = connectPostgres(
    { ...settings, DB_POOL_SIZE: connectionsForMetrics },
    log,
    'aisle-metrics',
    'writer',
    metricSession,
  );
  closing.add(() => metrics.end());
  closing.add(() => eraser.end());
  try {
    await tryLogin(database, settings, 'writer');
    const producer = await kafka.producer();
    closing.add(() => producer.close());
    const offsets = await kafka.offsets();
    closing.add(() => offsets.close());
    const client = await connectTemporal(settings);
    closing.add(() => client.close());
    const { TEMPORAL_NAMESPACE: namespace, TEMPORAL_TASK_QUEUE: taskQueue } = settings;
    const dataConverter = dataConverterOf(settings, () => database);
    const workflows = new WorkflowClient({ connection: client, namespace, dataConverter });
    const activities = {
      ...createActivities({ database, readers, metrics, producer, workflows, settings }),
      ...createErasureActivities({
        database: eraser,
        workflows,
        producer,
        readRetention: (names) => kafka.withAdmin((admin) => readTopicRetention(admin, names)),
        topics: topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX),
        taskQueue: settings.TEMPORAL_TASK_QUEUE,
      }),
    };
    const JourneyWorker = workerOnThreads(settings.MAX_CACHED_JOURNEYS, log);
    const source = await workflowSource(settings.PAYLOAD_ENCRYPTION, logger);
    const workers = await createWorkerGroup(settings.MAX_CACHED_JOURNEYS, async (share) => {
      // One each: a connection takes no two workers of one task queue.
      const connection = await reachingTemporal(settings, () =>
        NativeConnection.connect({ ...temporalConnectionOptions(settings), grpcCompression: uncompressed }),
      );
      closing.add(() => connection.close());
      return JourneyWorker.create({
        connection,
        namespace,
        taskQueue,
        dataConverter,
        ...source,
        ...versioningOf(settings),
        activities,
        maxCachedWorkflows: share.cachedJourneys,
        ...slotsFor(share),
        shutdownGraceTime: '5s',
        shutdownForceTime: '10s',
      });
    });
    const schedules = new ScheduleClient({ connection: client, namespace, dataConverter });
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
      await Promise.race([running, readings, settleCurrentVersion(client, settings, log, stopping)]);
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

/** As letters are sent: what it spares a network costs both ends more processor than applying the letter. */
const uncompressed = { codec: 'none' } as const;

/** Each may be held for seconds by a rule's own SQL. */
const connectionsForOwnSql = 2;
/** One query runs at a time. */
const connectionsForMetrics = 1;

const slotsWanted = 200;

/**
 * A journey that waits for the record holds a slot of its worker and no processor: with the library's forty, a few dozen
 * deadlines at once would hold up everybody else's steps. More slots than cached journeys would evict each other's.
 */
function slotsFor({ cachedJourneys, workers }: WorkerShare) {
  if (cachedJourneys < slotsWanted) return {};
  return {
    maxConcurrentWorkflowTaskExecutions: slotsWanted,
    // A new journey's first task comes by the queue that all workers share, to which the library gives two of ten polls.
    maxConcurrentWorkflowTaskPolls: Math.max(4, Math.ceil(16 / workers)),
    nonStickyToStickyPollRatio: 0.5,
    maxConcurrentActivityTaskPolls: Math.max(2, Math.ceil(10 / workers)),
    maxConcurrentLocalActivityExecutions: slotsWanted,
  };
}
