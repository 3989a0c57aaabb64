import type { Client } from '@temporalio/client';

import type { Database } from '../../connections/postgres.ts';
import { journeyQueryName, journeyWorkflowId } from '../../events/letter.ts';

export interface Exactness {
  /** Usable events that were sent and have no row. */
  readonly lost: number;
  /** Rows beyond one an event: none, as the event's id is the key; counted all the same. */
  readonly doubled: number;
  /** Journeys of the sample that hold another number of events than the record has of them. */
  readonly journeysWrong: number;
  readonly journeysChecked: number;
}

export interface JourneyCount {
  readonly journeyId: string;
  readonly events: number;
}

/** A sample of journeys with the number of events that the record holds of each; bots have none, unless `botsInFunnels`. */
export async function sampleJourneys(
  { database, botsInFunnels }: { readonly database: Database; readonly botsInFunnels: boolean },
  since: Date,
  most: number,
): Promise<JourneyCount[]> {
  const { rows } = await database.query<JourneyCount>(
    `SELECT journey_id AS "journeyId", count(*)::int AS events
     FROM events WHERE "timestamp" >= $1 AND ($3 OR NOT bot)
     GROUP BY journey_id ORDER BY md5(journey_id) LIMIT $2`,
    [since, most, botsInFunnels],
  );
  return rows;
}

export async function checkExactness(
  stores: { readonly database: Database; readonly temporal: Client },
  sent: number,
  since: Date,
  sample: readonly JourneyCount[],
): Promise<Exactness> {
  const { rows } = await stores.database.query<{ recorded: number; distinct: number }>(
    `SELECT count(*)::int AS recorded, count(DISTINCT event_id)::int AS distinct FROM events WHERE "timestamp" >= $1`,
    [since],
  );
  const { recorded, distinct } = rows[0] ?? { recorded: 0, distinct: 0 };
  let journeysWrong = 0;
  for (const { journeyId, events } of sample) {
    const handle = stores.temporal.workflow.getHandle(journeyWorkflowId(journeyId));
    const view = await handle.query<{ counts: { events: number } }>(journeyQueryName);
    if (view.counts.events !== events) journeysWrong += 1;
  }
  return {
    lost: Math.max(0, sent - distinct),
    doubled: recorded - distinct,
    journeysWrong,
    journeysChecked: sample.length,
  };
}
