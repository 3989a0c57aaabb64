import { isGrpcServiceError, type WorkflowClient } from '@temporalio/client';

import {
  journeyWorkflowId,
  journeyWorkflowType,
  letterSignalName,
  type JourneyRules,
  type Letter,
} from '../../events/letter.ts';
import { RunIsFull, type RunSize } from './run-room.ts';

/** gRPC status codes (grpc/grpc, doc/statuscodes.md) of a server that is away, busy or in the middle of something. */
const passingCodes: ReadonlySet<number> = new Set([1, 2, 4, 8, 10, 13, 14]);
const invalidArgument = 3;
const failedPrecondition = 9;
const notFound = 5;
/** `WORKFLOW_EXECUTION_STATUS_RUNNING` of Temporal's API. */
const running = 1;

/** The size of a user's present run, read without its worker; `null` when none is running. Rejects as a delivery does. */
export async function readRun(client: WorkflowClient, journeyId: string): Promise<RunSize | null> {
  try {
    const { workflowExecutionInfo: run } = await client.workflowService.describeWorkflowExecution({
      namespace: client.options.namespace,
      execution: { workflowId: journeyWorkflowId(journeyId) },
    });
    const status: number = run?.status ?? 0;
    if (!run || status !== running) return null;
    return { events: Number(run.historyLength ?? 0), bytes: Number(run.historySizeBytes ?? 0) };
  } catch (error) {
    const code: number | null = isGrpcServiceError(error) ? error.code : null;
    if (code === notFound) return null;
    throw error;
  }
}

export type DeliverLetter = (journeyId: string, letter: Letter) => Promise<void>;

/** Signals the user's journey, starting it when it is not running. One call, no retries of its own beyond the client's. */
export function createDeliverLetter(
  client: WorkflowClient,
  taskQueue: string,
  rules: JourneyRules,
): DeliverLetter {
  return async (journeyId, letter) => {
    await client.signalWithStart(journeyWorkflowType, {
      workflowId: journeyWorkflowId(journeyId),
      taskQueue,
      args: [{ journeyId, rules }],
      signal: letterSignalName,
      signalArgs: [letter],
      staticSummary: journeyId.startsWith('u') ? 'a user’s journey' : 'a visitor’s journey',
    });
  };
}

/**
 * True for back-pressure: the server is away or busy, a run is closing, or a run holds as many signals as it may until
 * its worker takes them. The letter is sent again; it never becomes a dead letter.
 */
export function isBackPressure(error: unknown): boolean {
  if (error instanceof RunIsFull) return true;
  if (!isGrpcServiceError(error)) return false;
  const code: number = error.code;
  if (passingCodes.has(code)) return true;
  const isLimitOfRun =
    code === invalidArgument && /limit/i.test(error.details) && /signal/i.test(error.details);
  return isLimitOfRun || code === failedPrecondition;
}
