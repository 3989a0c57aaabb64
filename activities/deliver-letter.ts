import { WorkflowNotFoundError, type WorkflowClient } from '@temporalio/client';
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
