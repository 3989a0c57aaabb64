import {
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowClient,
} from '@temporalio/client';

import { untilItWorks } from '../../connections/back-off.ts';
import type { Log } from '../../connections/log.ts';
import { outageNotice } from '../../connections/outage-notice.ts';
import { isDatabaseUnavailable, type Database } from '../../connections/postgres.ts';
import { erasureWorkflowId, erasureWorkflowType } from '../../events/erasure.ts';

/** Starts the workflow of an erasure; nothing when it runs, or has run, already. */
export async function startErasure(
  client: WorkflowClient,
  taskQueue: string,
  receiptNumber: string,
): Promise<void> {
  try {
    await client.start(erasureWorkflowType, {
      workflowId: erasureWorkflowId(receiptNumber),
      taskQueue,
      args: [receiptNumber],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      staticSummary: 'an erasure',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

export interface ResumeParts {
  readonly database: Database;
  readonly workflows: WorkflowClient;
  readonly taskQueue: string;
  readonly log: Log;
  readonly stopping: AbortSignal;
}

/**
 * Takes up what was requested and never begun, as a command was killed in between, or whose workflow somebody ended. A
 * starting worker calls it; it waits for the database as long as it takes.
 */
export async function resumeErasures({
  database,
  workflows,
  taskQueue,
  log,
  stopping,
}: ResumeParts): Promise<void> {
  const resume = async (): Promise<void> => {
    const { rows } = await database.query<{ receipt_number: string }>(
      'SELECT receipt_number FROM erasures WHERE completed_at IS NULL',
    );
    for (const { receipt_number: receiptNumber } of rows)
      await startErasure(workflows, taskQueue, receiptNumber);
  };
  await untilItWorks(resume, {
    mayRetry: (error) => isDatabaseUnavailable(error) || isGrpcServiceError((error as Error).cause),
    ...outageNotice(log, {
      away: 'open erasures could not be looked for; trying again',
      back: 'open erasures have been looked for',
    }),
    signal: stopping,
  }).catch((error: unknown) => {
    if (!stopping.aborted) throw error;
  });
}
