import { NativeConnection, type WorkerOptions } from '@temporalio/worker';

import type { Closing } from '../connections/closing.ts';
import type { Log } from '../connections/log.ts';
import { reachingTemporal, temporalConnectionOptions } from '../connections/temporal.ts';
import type { Settings } from '../settings/settings.ts';
import { versioningOf } from './versioning.ts';
import { createWorkerGroup, type WorkerGroup, type WorkerShare } from './worker-group.ts';
import { workerOnThreads } from './worker-on-threads.ts';

export interface JourneyWorkersParts {
  readonly settings: Settings;
  readonly log: Log;
  /** Takes the connections that are opened. */
  readonly closing: Closing;
  /** The code of workflows, activities and codec: alike for all of them. */
  readonly shared: Omit<WorkerOptions, 'taskQueue'>;
}

/** The workers of a process: as many as its cached journeys need, each with a connection of its own. */
export function createJourneyWorkers({
  settings,
  log,
  closing,
  shared,
}: JourneyWorkersParts): Promise<WorkerGroup> {
  const JourneyWorker = workerOnThreads(settings.MAX_CACHED_JOURNEYS, log);
  return createWorkerGroup(settings.MAX_CACHED_JOURNEYS, async (share) => {
    // A connection takes no two workers of one task queue.
    const connection = await reachingTemporal(settings, () =>
      NativeConnection.connect({ ...temporalConnectionOptions(settings), grpcCompression: uncompressed }),
    );
    closing.add(() => connection.close());
    return JourneyWorker.create({
      connection,
      namespace: settings.TEMPORAL_NAMESPACE,
      taskQueue: settings.TEMPORAL_TASK_QUEUE,
      ...shared,
      ...versioningOf(settings),
      maxCachedWorkflows: share.cachedJourneys,
      ...slotsFor(share),
      shutdownGraceTime: '5s',
      shutdownForceTime: '10s',
    });
  });
}

/** As letters are sent: what it spares a network costs both ends more processor than applying the letter. */
const uncompressed = { codec: 'none' } as const;

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
