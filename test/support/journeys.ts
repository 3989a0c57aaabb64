import type { Client } from '@temporalio/client';

import { journeyQueryName, journeyWorkflowId, journeyWorkflowType } from '../../events/letter.ts';
import type { JourneyView } from '../../workflows/journey/view.ts';

/** Asks a journey for itself; null when there is none, or when its worker is away. */
export async function askJourney(client: Client, journeyId: string): Promise<JourneyView | null> {
  try {
    return await client.workflow.getHandle(journeyWorkflowId(journeyId)).query<JourneyView>(journeyQueryName);
  } catch (error) {
    if (/NotFound|QueryNotRegistered|ServiceError/.test((error as Error).name)) return null;
    throw error;
  }
}

/** Asks many, a few at a time: two cores serve them and the test. */
export async function askJourneys(
  client: Client,
  journeyIds: Iterable<string>,
): Promise<Map<string, JourneyView | null>> {
  const answers = new Map<string, JourneyView | null>();
  const waiting = [...journeyIds];
  const ask = async (): Promise<void> => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop())
      answers.set(id, await askJourney(client, id));
  };
  await Promise.all(Array.from({ length: 8 }, ask));
  return answers;
}

/** The journeys of one task queue, as the server's visibility store lists them. */
export async function listJourneys(client: Client, taskQueue: string): Promise<string[]> {
  const ids: string[] = [];
  const query = `TaskQueue="${taskQueue}" AND WorkflowType="${journeyWorkflowType}"`;
  for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
  return ids.sort();
}
