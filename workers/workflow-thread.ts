import { createRequire } from 'node:module';
import { Worker as Thread } from 'node:worker_threads';

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

export function openWorkflowThread(): Thread {
  return new Thread(code, {
    eval: true,
    workerData: {
      globalHandlers: resolve('@temporalio/worker/lib/workflow/vm-shared.js'),
      thread: resolve('@temporalio/worker/lib/workflow/workflow-worker-thread.js'),
    },
  });
}
