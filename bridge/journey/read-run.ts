import { isGrpcServiceError, type WorkflowClient } from '@temporalio/client';

import { grpcStatus } from '../../connections/grpc-status.ts';
import { millisecondsOf } from '../../connections/protobuf-time.ts';
import { journeyWorkflowId } from '../../events/letter.ts';

/** How much history a user's present run has. */
export interface RunSize {
  readonly events: number;
  readonly bytes: number;
}

/** `WORKFLOW_EXECUTION_STATUS_RUNNING` of Temporal's API. */
const running = 1;

/** The size of a user's present run, read without its worker; `null` when none is running. Rejects as a delivery does. */
export async function readRun(client: WorkflowClient, journeyId: string): Promise<RunSize | null> {
  const run = (await describeRun(client, journeyId))?.workflowExecutionInfo;
  const status: number = run?.status ?? 0;
  if (!run || status !== running) return null;
  return { events: Number(run.historyLength ?? 0), bytes: Number(run.historySizeBytes ?? 0) };
}

/**
 * How long the workflow task of a journey's latest letter has waited for its worker, milliseconds; zero when none is open.
 * Rejects as a delivery does.
 */
export async function readTaskLag(client: WorkflowClient, journeyId: string): Promise<number> {
  const task = (await describeRun(client, journeyId))?.pendingWorkflowTask;
  if (!task) return 0;
  const scheduledAt = millisecondsOf(task.originalScheduledTime ?? task.scheduledTime);
  const takenUpAt = task.startedTime ? millisecondsOf(task.startedTime) : Date.now();
  return Math.max(0, takenUpAt - scheduledAt);
}

async function describeRun(client: WorkflowClient, journeyId: string) {
  try {
    return await client.workflowService.describeWorkflowExecution({
      namespace: client.options.namespace,
      execution: { workflowId: journeyWorkflowId(journeyId) },
    });
  } catch (error) {
    const code: number | null = isGrpcServiceError(error) ? error.code : null;
    if (code === grpcStatus.notFound) return null;
    throw error;
  }
}
