import { setTimeout as sleep } from 'node:timers/promises';

import type { Database } from '../connections/postgres.ts';
import type { ActionName } from '../events/actions.ts';
import type { LetterLine } from '../events/letter.ts';
import type { Device } from '../events/shop-event.ts';
import { writeLine } from '../events/write-line.ts';
import type { JourneyActivities, Recalled, RecallQuestion } from './activities.ts';

const mostLines = 500;
const progressPollMs = 50;
/** A caller holds a workflow task open while it waits, so it waits only as long as a healthy record lane needs. */
const longestWaitMs = 2_000;

interface RecallRow {
  readonly complete: boolean;
  readonly user_id: string | null;
  readonly until: number | null;
  readonly events: readonly RecordedEvent[] | null;
  readonly recorded_up_to: number | null;
}

interface RecordedEvent {
  readonly partition: number;
  readonly offset: number;
  readonly id: string;
  readonly time: number;
  readonly action: ActionName;
  readonly page: string | null;
  readonly referrer: string | null;
  readonly items: readonly { product_id: string; quantity: number; price: number | null }[] | null;
  readonly value: number | null;
  readonly currency: string | null;
  readonly order_id: string | null;
  readonly load_time: number | null;
  readonly device: Device;
  readonly properties: Readonly<Record<string, unknown>> | null;
}

/**
 * Reads events from the record that no letter has brought yet, in the order of the log, behind the given offsets. The
 * record takes each partition in order, so that what is there is never behind something that is still to come: offsets
 * tell exactly what a journey has. Asked by a user about a visitor it gives what is that user's; asked about the journey
 * itself, what is nobody else's.
 */
export function createRecallEvents(
  database: Database,
  rawEventsTopic: string,
  botsInFunnels: boolean,
): JourneyActivities['recallEvents'] {
  return async (question) => {
    const giveUpAt = Date.now() + longestWaitMs;
    for (;;) {
      const row = await read(question);
      if (row.complete) return toRecalled(row);
      if (Date.now() >= giveUpAt) return null;
      await sleep(progressPollMs);
    }
  };

  async function read({ journeyId, userId, marks, completeUntil }: RecallQuestion): Promise<RecallRow> {
    const { rows } = await database.query<RecallRow>({
      name: 'recall-events',
      text: recall,
      values: [
        journeyId,
        userId,
        JSON.stringify(marks),
        completeUntil,
        rawEventsTopic,
        mostLines + 1,
        botsInFunnels,
      ],
    });
    const row = rows[0];
    if (!row) throw new Error('the record gave no answer about a journey');
    return row;
  }
}

function toRecalled({ user_id: userId, until, events, recorded_up_to: recordedUpTo }: RecallRow): Recalled {
  const read = events ?? [];
  return {
    identity: userId === null ? null : { userId, until },
    lines: read.slice(0, mostLines).map(toLine),
    recordedUpTo: recordedUpTo ?? 0,
    hasMore: read.length > mostLines,
  };
}

function toLine({ partition, offset, id, items, properties, ...event }: RecordedEvent): LetterLine {
  const content = {
    ...event,
    eventId: id,
    orderId: event.order_id,
    loadTimeSeconds: event.load_time,
    properties: properties ?? {},
    items: (items ?? []).map(({ product_id: productId, quantity, price }) => ({
      productId,
      quantity,
      price,
    })),
  };
  return writeLine(content, partition, offset);
}

const milliseconds = (column: string) => `round(extract(epoch FROM ${column}) * 1000)`;

const recall = `
  WITH identity AS (
    SELECT user_id, until FROM identities WHERE session_id = $1
  ),
  wanted AS (
    SELECT e.*
    FROM events e
    LEFT JOIN identity ON true
    WHERE e.journey_id = $1
      AND ($7::boolean OR NOT e.bot)
      AND NOT e.backfilled
      AND e.source_offset > coalesce(($3::jsonb ->> e.source_partition::text)::bigint, -1)
      AND CASE
        WHEN $2::text IS NOT NULL THEN identity.user_id = $2 AND e."timestamp" < identity.until
        ELSE identity.user_id IS NULL OR e."timestamp" >= identity.until
      END
    ORDER BY e.source_partition, e.source_offset
    LIMIT $6
  )
  SELECT
    coalesce(
      (SELECT min(read_until) FROM record_progress WHERE topic = $5) >= to_timestamp($4::float8 / 1000.0), false
    ) AS complete,
    identity.user_id,
    CASE WHEN isfinite(identity.until) THEN ${milliseconds('identity.until')}::float8 END AS until,
    (SELECT json_agg(json_build_object(
       'partition', source_partition, 'offset', source_offset, 'id', event_id, 'time', ${milliseconds('"timestamp"')},
       'action', action, 'page', page, 'referrer', referrer, 'items', items, 'value', value, 'currency', currency,
       'order_id', order_id, 'load_time', load_time, 'properties', properties,
       'device', json_build_object('type', device_type, 'browser', browser, 'os', os)) ORDER BY source_partition, source_offset)
     FROM wanted) AS events,
    (SELECT max(${milliseconds('recorded_at')})::float8 FROM wanted) AS recorded_up_to
  FROM (SELECT) AS once
  LEFT JOIN identity ON true`;
