import type { Client } from '@temporalio/client';

/** What a run must stay below: at so many history events Temporal warns, and soon ends it. */
export const historyBound = 10_240;

export interface RunSize {
  /** Of its history. */
  readonly events: number;
  readonly bytes: number;
}

/** How large the history of each run of a workflow is. The server lists a run a moment after it has started. */
export async function sizesOfRuns(client: Client, workflowId: string): Promise<RunSize[]> {
  const sizes: RunSize[] = [];
  for await (const { runId } of client.workflow.list({ query: `WorkflowId="${workflowId}"` })) {
    const { historyLength, historySize } = await client.workflow.getHandle(workflowId, runId).describe();
    sizes.push({ events: historyLength, bytes: historySize ?? 0 });
  }
  return sizes;
}
