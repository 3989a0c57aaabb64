import type { Client } from '@temporalio/client';

/** How many history events each run of a workflow has. The server lists a run a moment after it has started. */
export async function historyLengths(client: Client, workflowId: string): Promise<number[]> {
  const lengths: number[] = [];
  for await (const { runId } of client.workflow.list({ query: `WorkflowId="${workflowId}"` })) {
    const { historyLength } = await client.workflow.getHandle(workflowId, runId).describe();
    lengths.push(historyLength);
  }
  return lengths;
}
