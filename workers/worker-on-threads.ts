import type { Worker } from '@temporalio/worker';
import type { WorkflowCreator } from '@temporalio/worker/lib/workflow/interface.js';

import type { Log } from '../connections/log.ts';
import { LeanWorker } from './lean-worker.ts';
import { openWorkflowThread, type CreatorParts } from './workflow-thread.ts';
import { WorkflowThreads } from './workflow-threads.ts';
import type { WatchLimits } from './workflow-watch.ts';

/** Collecting a heap of more holds up for too long; fewer leave each thread with too little to do for V8 to compile it well. */
const journeysPerThread = 2_000;

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

  return class extends LeanWorker {
    // Only the first one's bundle of megabytes is kept.
    protected static override async createWorkflowCreator(...parts: CreatorParts): Promise<WorkflowCreator> {
      users += 1;
      return share(await (threads ??= open(parts)));
    }
  };
}
