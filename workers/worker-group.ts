import type { Worker } from '@temporalio/worker';

/**
 * With each thing that happens, several for each task, the SDK's core goes through all cached workflows of a worker: 100 ns
 * each. So a process of thousands has several workers.
 */
const journeysPerWorker = 500;

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
