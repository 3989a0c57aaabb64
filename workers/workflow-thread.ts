import { createRequire } from 'node:module';
import { Worker as Thread } from 'node:worker_threads';

import type { Worker } from '@temporalio/worker';
import type {
  Workflow,
  WorkflowCreateOptions,
  WorkflowCreator,
} from '@temporalio/worker/lib/workflow/interface.js';
import {
  ThreadedVMWorkflowCreator,
  WorkerThreadClient,
} from '@temporalio/worker/lib/workflow/threaded-vm.js';

import type { Log } from '../connections/log.ts';
import { WorkflowWatch, type WatchLimits } from './workflow-watch.ts';

export type CreatorParts = Parameters<(typeof Worker)['createWorkflowCreator']>;

export interface WorkflowThread {
  /** `onDisposed` is told once the thread holds nothing of the workflow any more. */
  createWorkflow(options: WorkflowCreateOptions, onDisposed: () => void): Promise<Workflow>;
  destroy(): Promise<void>;
}

const { resolve } = createRequire(import.meta.url);

/**
 * The SDK's thread for workflows, without its hook that writes down the stack of every promise, for a query that shows where a
 * workflow stands: more than a third of what the thread does for our journeys. The query then says that there are no
 * stacks, as it does on a runtime without such hooks. A text, as the thread has no loader for TypeScript.
 */
const code = `
  const { globalHandlers, thread } = require('node:worker_threads').workerData;
  require(globalHandlers).globalHandlers.setPromiseHook = () => undefined;
  require(thread);
`;
const workerData = {
  globalHandlers: resolve('@temporalio/worker/lib/workflow/vm-shared.js'),
  thread: resolve('@temporalio/worker/lib/workflow/workflow-worker-thread.js'),
};

/**
 * Node takes no timeout for none, and so does the SDK, though its type knows only numbers. With one, Node starts a thread before
 * each call into a workflow and waits for its end after it: 40 µs of processor and, on a busy machine, a hundred and
 * more of waiting for a turn, a dozen times for each task.
 */
const noTimeout = undefined as unknown as number;

const stallMessage =
  'the code of a workflow does not come back, and no other can run; if it happens again, terminate that workflow';

/**
 * A thread for the code of workflows, with one clock that watches all calls. The clock cannot interrupt a call that never comes
 * back, as a timeout could, but only end the thread, and with it the workers that use it: their `run` rejects.
 */
export async function openWorkflowThread(
  [workflowBundle, { activities, patchActivationCallback }, logger]: CreatorParts,
  log: Log,
  limits?: WatchLimits,
): Promise<WorkflowThread> {
  const thread = new Thread(code, { eval: true, workerData });
  const client = new WorkerThreadClient(thread, logger, patchActivationCallback);
  await client.send({
    type: 'init',
    workflowBundle,
    isolateExecutionTimeoutMs: noTimeout,
    reuseV8Context: true,
    registeredActivityNames: new Set(activities.keys()),
    hasPatchActivationCallback: patchActivationCallback !== undefined,
  });
  const watch = new WorkflowWatch((workflowId) => {
    log.fatal({ workflowId }, stallMessage);
    void thread.terminate();
  }, limits);
  return watched(new ThreadedVMWorkflowCreator([client]), watch);
}

const watched = (creator: WorkflowCreator, watch: WorkflowWatch): WorkflowThread => ({
  createWorkflow: async (options, onDisposed) => {
    const { workflowId } = options.info;
    const workflow = await watch.during(workflowId, () => creator.createWorkflow(options));
    return {
      activate: (activation) => watch.during(workflowId, () => workflow.activate(activation)),
      getAndResetSinkCalls: () => workflow.getAndResetSinkCalls(),
      dispose: async () => {
        await workflow.dispose();
        onDisposed();
      },
    };
  },
  destroy: () => {
    watch.close();
    return creator.destroy();
  },
});
