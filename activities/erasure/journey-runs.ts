import { isGrpcServiceError, type WorkflowClient } from '@temporalio/client';

import { grpcStatus } from '../../connections/grpc-status.ts';
import { journeyWorkflowId } from '../../events/letter.ts';

export interface JourneyRun {
  readonly workflowId: string;
  readonly runId: string;
}

/** A journey's runs as far as the server shows them: the list lags behind by a moment, the present run is always there. */
export async function findRuns(client: WorkflowClient, journeyId: string): Promise<JourneyRun[]> {
  const workflowId = journeyWorkflowId(journeyId);
  const runs = new Map<string, JourneyRun>();
  const present = await describeRun(client, workflowId);
  if (present) runs.set(present, { workflowId, runId: present });
  for await (const { runId } of client.list({ query: `WorkflowId = '${workflowId}'` }))
    runs.set(runId, { workflowId, runId });
  return [...runs.values()];
}

/** The id of a run, of the present one without `runId`; null where the server knows none. */
export async function describeRun(
  client: WorkflowClient,
  workflowId: string,
  runId?: string,
): Promise<string | null> {
  const answer = await unlessUnknown(
    client.workflowService.describeWorkflowExecution({
      namespace: client.options.namespace,
      execution: { workflowId, ...(runId === undefined ? {} : { runId }) },
    }),
  );
  return answer?.workflowExecutionInfo?.execution?.runId ?? null;
}

/** Asks the server to delete a run, ending it if it goes on; the server does so in its own time. */
export async function deleteRun(client: WorkflowClient, { workflowId, runId }: JourneyRun): Promise<void> {
  await unlessUnknown(
    client.workflowService.deleteWorkflowExecution({
      namespace: client.options.namespace,
      workflowExecution: { workflowId, runId },
    }),
  );
}

/** `null` when the server knows no such run. */
export async function unlessUnknown<Answer>(call: Promise<Answer>): Promise<Answer | null> {
  try {
    return await call;
  } catch (error) {
    const code: number | null = isGrpcServiceError(error) ? error.code : null;
    if (code === grpcStatus.notFound) return null;
    throw error;
  }
}
