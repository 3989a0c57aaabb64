import type { Client, WorkflowHandle } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';

import { journeyQueryName, journeyWorkflowId } from '../events/letter.ts';
import { pseudonymKeysOf } from '../settings/pseudonym-keys.ts';
import { SetupError } from '../stack/setup-error.ts';
import type { JourneyView } from '../workflows/journey/view.ts';
import { askTemporal, grpcCode, grpcCodeOf, longestAnswerMs } from './journey/ask-temporal.ts';
import { journeyIdsOf, type Shopper } from './journey/journey-id.ts';
import { journeyText, type FoundJourney } from './journey/journey-text.ts';
import { settingsOfRunningSystem } from './journey/running-system.ts';
import { readableTime } from './journey/wording.ts';

export type JourneyOptions = Shopper & { readonly json: boolean };

/**
 * Prints one journey, as it is now, on stdout. Throws a `SetupError` with one sentence when there is none or it cannot
 * be asked; no output holds the id that was given, only its pseudonym.
 */
export async function runJourney({ json, ...shopper }: JourneyOptions): Promise<void> {
  const settings = await settingsOfRunningSystem();
  const journeyIds = journeyIdsOf(shopper, pseudonymKeysOf(settings));
  const found = await askTemporal(settings, (client) => findJourney(client, journeyIds));
  const text = json
    ? JSON.stringify({ ...found.view, endedAt: found.endedAt })
    : journeyText(found, Date.now());
  process.stdout.write(`${text}\n`);
}

/** The journey under the present key; where there is none, the first under an earlier one that is still known. */
async function findJourney(client: Client, journeyIds: readonly string[]): Promise<FoundJourney> {
  for (const journeyId of journeyIds) {
    const found = await findJourneyOf(client, journeyId);
    if (found !== null) return found;
  }
  throw new SetupError(
    `There is no journey ${journeyIds.join(' or ')}: nothing has been heard of it, or it ended longer ago than Temporal keeps workflows.`,
  );
}

async function findJourneyOf(client: Client, journeyId: string): Promise<FoundJourney | null> {
  const handle = client.workflow.getHandle(journeyWorkflowId(journeyId));
  try {
    const { closeTime } = await handle.describe();
    const endedAt = closeTime?.toISOString() ?? null;
    return { endedAt, view: await askJourney(handle, journeyId, endedAt) };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return null;
  }
}

async function askJourney(
  handle: WorkflowHandle,
  journeyId: string,
  endedAt: string | null,
): Promise<JourneyView> {
  try {
    return await handle.query<JourneyView>(journeyQueryName);
  } catch (error) {
    const code = grpcCodeOf(error);
    if (code !== grpcCode.deadlineExceeded && code !== grpcCode.failedPrecondition) throw error;
    const state = endedAt === null ? 'is there' : `ended at ${readableTime(endedAt)}`;
    const within = code === grpcCode.deadlineExceeded ? ` within ${longestAnswerMs / 1000} s` : '';
    throw new SetupError(
      `The journey ${journeyId} ${state}, but no worker answered for it${within}: see that npm run worker runs and is well.`,
    );
  }
}
