import { isGrpcServiceError, WorkflowNotFoundError, type WorkflowClient } from '@temporalio/client';
import { RawValue } from '@temporalio/common';

import {
  isUserJourney,
  journeyWorkflowId,
  journeyWorkflowType,
  letterSignalName,
  type JourneyRules,
  type Letter,
} from '../events/letter.ts';

/** A letter that is JSON already. */
export interface LetterText {
  readonly json: string;
}

export type DeliverLetter = (journeyId: string, letter: Letter | LetterText) => Promise<void>;

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
      signalArgs: ['json' in letter ? asPayload(letter) : letter],
      staticSummary: isUserJourney(journeyId) ? 'a user’s journey' : 'a visitor’s journey',
    });
  };
}

const encoder = new TextEncoder();
const encoding = encoder.encode('json/plain');

/** Goes to the server as it is: it would only be parsed to be written again. */
const asPayload = ({ json }: LetterText): RawValue =>
  RawValue.fromPayload({ metadata: { encoding }, data: encoder.encode(json) });

/** Signals a journey only if it runs: there is nothing to say to one that does not. */
export async function deliverIfRunning(
  client: WorkflowClient,
  journeyId: string,
  letter: Letter,
): Promise<void> {
  try {
    await client.getHandle(journeyWorkflowId(journeyId)).signal(letterSignalName, letter);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/** How much history a user's present run has. */
export interface RunSize {
  readonly events: number;
  readonly bytes: number;
}

const notFound = 5;
const millisecondsOf = (time: { seconds?: unknown; nanos?: number | null } | null | undefined): number =>
  Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
/** `WORKFLOW_EXECUTION_STATUS_RUNNING` of Temporal's API. */
const running = 1;

/** The size of a user's present run, read without its worker; `null` when none is running. Rejects as a delivery does. */
export async function readRun(client: WorkflowClient, journeyId: string): Promise<RunSize | null> {
  try {
    const { workflowExecutionInfo: run } = await describeRun(client, journeyId);
    const status: number = run?.status ?? 0;
    if (!run || status !== running) return null;
    return { events: Number(run.historyLength ?? 0), bytes: Number(run.historySizeBytes ?? 0) };
  } catch (error) {
    const code: number | null = isGrpcServiceError(error) ? error.code : null;
    if (code === notFound) return null;
    throw error;
  }
}

/**
 * How long the workflow task of a journey's latest letter has waited for its worker, milliseconds; zero when none is open.
 * Rejects as a delivery does.
 */
export async function readTaskLag(client: WorkflowClient, journeyId: string): Promise<number> {
  const { pendingWorkflowTask: task } = await describeRun(client, journeyId);
  if (!task) return 0;
  const scheduledAt = millisecondsOf(task.originalScheduledTime ?? task.scheduledTime);
  const takenUpAt = task.startedTime ? millisecondsOf(task.startedTime) : Date.now();
  return Math.max(0, takenUpAt - scheduledAt);
}

const describeRun = (client: WorkflowClient, journeyId: string) =>
  client.workflowService.describeWorkflowExecution({
    namespace: client.options.namespace,
    execution: { workflowId: journeyWorkflowId(journeyId) },
  });
