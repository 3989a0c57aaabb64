import { WorkflowNotFoundError, type WorkflowClient } from '@temporalio/client';

import {
  isUserJourney,
  journeyWorkflowId,
  journeyWorkflowType,
  letterSignalName,
  type JourneyRules,
  type Letter,
} from '../events/letter.ts';

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
      staticSummary: isUserJourney(journeyId) ? 'a user’s journey' : 'a visitor’s journey',
    });
  };
}

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
