import { Worker } from '@temporalio/worker';
import type { WorkflowCreator } from '@temporalio/worker/lib/workflow/interface.js';

import type { Log } from '../connections/log.ts';
import { openWorkflowThread, type CreatorParts } from './workflow-thread.ts';
import { WorkflowThreads } from './workflow-threads.ts';
import type { WatchLimits } from './workflow-watch.ts';

/**
 * With each thing that happens, several for each task, the SDK's core goes through all cached workflows of a worker: 100 ns
 * each. So a process of thousands has several workers.
 */
const journeysPerWorker = 500;
/** Collecting a heap of more holds up for too long; fewer leave each thread with too little to do for V8 to compile it well. */
const journeysPerThread = 2_000;

export interface WorkerShare {
  readonly cachedJourneys: number;
  /** How many workers the process has. */
  readonly workers: number;
}

export interface WorkerGroup {
  /** Runs until all workers have stopped; an error of one stops the others. */
  run(): Promise<void>;
  shutdown(): void;
}

/** As many workers as the cached journeys need, of which each holds an equal share. */
export async function createWorkerGroup(
  cachedJourneys: number,
  create: (share: WorkerShare) => Promise<Worker>,
): Promise<WorkerGroup> {
  const count = Math.max(1, Math.ceil(cachedJourneys / journeysPerWorker));
  const share = { cachedJourneys: Math.ceil(cachedJourneys / count), workers: count };
  const workers = await Promise.all(Array.from({ length: count }, () => create(share)));
  const shutdown = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  return {
    shutdown,
    run: async () => {
      const ends = await Promise.allSettled(workers.map((worker) => worker.run().finally(shutdown)));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
  };
}

/** The SDK's worker, with threads that all workers of this class share: enough for so many journeys. */
export function workerOnThreads(cachedJourneys: number, log: Log, limits?: WatchLimits): typeof Worker {
  const count = Math.max(1, Math.ceil(cachedJourneys / journeysPerThread));
  let threads: Promise<WorkflowThreads> | undefined;
  let users = 0;
  const open = (parts: CreatorParts) =>
    WorkflowThreads.open(count, () => openWorkflowThread(parts, log, limits));
  const share = ({ createWorkflow, destroy }: WorkflowThreads): WorkflowCreator => ({
    createWorkflow,
    destroy: async () => {
      users -= 1;
      if (users === 0) await destroy();
    },
  });

  return class extends Worker {
    // Only the first one's bundle of megabytes is kept.
    protected static override async createWorkflowCreator(...parts: CreatorParts): Promise<WorkflowCreator> {
      users += 1;
      return share(await (threads ??= open(parts)));
    }
  };
}
