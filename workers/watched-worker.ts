import { Worker } from '@temporalio/worker';
import type { WorkflowCreator } from '@temporalio/worker/lib/workflow/interface.js';
import {
  ThreadedVMWorkflowCreator,
  WorkerThreadClient,
} from '@temporalio/worker/lib/workflow/threaded-vm.js';

import type { Log } from '../connections/log.ts';
import { openWorkflowThread } from './workflow-thread.ts';
import { WorkflowWatch, type WatchLimits } from './workflow-watch.ts';

/** Node takes no timeout for none, and so does the SDK, though its type knows only numbers. */
const noTimeout = undefined as unknown as number;

/**
 * A worker with one clock for the code of all its workflows. By default each call into it has a timeout, for which Node starts
 * a thread before the call and waits for its end after it: 40 µs of processor and, on a busy machine, a hundred and more
 * of waiting for a turn, a dozen times for each task. That watchdog interrupts the call; this clock can only end the
 * thread, and with it the worker: `run` rejects.
 */
export function watchedWorker(log: Log, limits?: WatchLimits): typeof Worker {
  return class WatchedWorker extends Worker {
    protected static override async createWorkflowCreator(
      ...[workflowBundle, options, logger]: Parameters<(typeof Worker)['createWorkflowCreator']>
    ): Promise<WorkflowCreator> {
      const { activities, patchActivationCallback } = options;
      const thread = openWorkflowThread();
      const client = new WorkerThreadClient(thread, logger, patchActivationCallback);
      await client.send({
        type: 'init',
        workflowBundle,
        isolateExecutionTimeoutMs: noTimeout,
        reuseV8Context: true,
        registeredActivityNames: new Set(activities.keys()),
        hasPatchActivationCallback: patchActivationCallback !== undefined,
      });
      const onStall = (workflowId: string) => {
        log.fatal({ workflowId }, stallMessage);
        void thread.terminate();
      };
      return watched(new ThreadedVMWorkflowCreator([client]), new WorkflowWatch(onStall, limits));
    }
  };
}

const stallMessage =
  'the code of a workflow does not come back, and no other can run; if it happens again, terminate that workflow';

const watched = (creator: WorkflowCreator, watch: WorkflowWatch): WorkflowCreator => ({
  createWorkflow: async (options) => {
    const { workflowId } = options.info;
    const workflow = await watch.during(workflowId, () => creator.createWorkflow(options));
    return {
      activate: (activation) => watch.during(workflowId, () => workflow.activate(activation)),
      getAndResetSinkCalls: () => workflow.getAndResetSinkCalls(),
      dispose: () => workflow.dispose(),
    };
  },
  destroy: () => {
    watch.close();
    return creator.destroy();
  },
});
