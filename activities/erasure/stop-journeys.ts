import { WorkflowNotFoundError, type WorkflowClient } from '@temporalio/client';

import type { Database } from '../../connections/postgres.ts';
import { journeyWorkflowId } from '../../events/letter.ts';
import type { ErasureActivities } from './activities.ts';
import { readJourneyIds } from './subjects.ts';

/** Ends the journeys at once: none of them writes or says anything from here on, but for what is under way. */
export function createStopJourneys(
  database: Database,
  client: WorkflowClient,
): ErasureActivities['stopJourneys'] {
  return async (receiptNumber) => {
    for (const journeyId of await readJourneyIds(database, receiptNumber)) {
      try {
        await client.getHandle(journeyWorkflowId(journeyId)).terminate('the user is being erased');
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    }
  };
}
