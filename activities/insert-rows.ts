import type { Database } from '../connections/postgres.ts';
import { columnDefinitions, columnNames, toJson, type EventRow } from './event-row.ts';

/** Writes rows, all or none; repeating it changes nothing. Rejects with what PostgreSQL says. */
export type WriteRows = (database: Database, rows: readonly EventRow[]) => Promise<void>;

/**
 * Inserts rows in one statement, after a question where an event among them has a clamped time. Of an event that is there
 * already nothing changes. Gives how many rows are new.
 */
export async function insertRows(database: Database, rows: readonly EventRow[]): Promise<number> {
  const clamped = rows.filter(({ event }) => event.timeClamped);
  const ids = new Set(clamped.map(({ event }) => event.eventId));
  if (ids.size > 0)
    await database.query({
      name: 'note-recorded-unclamped',
      text: noteRecordedUnclamped,
      values: [JSON.stringify([...ids])],
    });
  const { rowCount } = await database.query({
    name: 'record-events',
    text: insertEvents,
    values: [toJson(firstOfEach(ids, rows)), toJson(clamped)],
  });
  return rowCount ?? 0;
}

/** Two of one batch may have different times, and so come to different days, if the time of one is clamped. */
function firstOfEach(ids: ReadonlySet<string>, rows: readonly EventRow[]): readonly EventRow[] {
  if (ids.size === 0) return rows;
  const seen = new Set<string>();
  return rows.filter(({ event: { eventId } }) => {
    if (!ids.has(eventId)) return true;
    const isFirst = !seen.has(eventId);
    seen.add(eventId);
    return isFirst;
  });
}

/** The same for events that come live: one that a backfill has brought becomes theirs. */
export const insertOrClaim: WriteRows = async (database, rows) => {
  if ((await insertRows(database, rows)) === rows.length) return;
  await database.query({ name: 'claim-backfilled', text: claimBackfilled, values: [toJson(rows)] });
};

/**
 * A clamped event may have been recorded under the time that it states: a backfill reads it long after that time, and
 * `CLOCK_SKEW_LIMIT` may have been wider. Every day is asked by its key, id by id, as a join could come to read whole days;
 * what is found is noted, so that the insert leaves the event out. Batches without a clamped event pay nothing for it.
 */
const noteRecordedUnclamped = `
  INSERT INTO clamped_events (event_id, "timestamp")
  SELECT recorded.event_id, recorded."timestamp"
  FROM json_array_elements_text($1::json) AS id
  CROSS JOIN LATERAL (SELECT event_id, "timestamp" FROM events WHERE event_id = id LIMIT 1) AS recorded
  ON CONFLICT DO NOTHING`;

/**
 * Within a day the day's primary key keeps an event single. A clamped event comes with another time, and perhaps to another
 * day, when it is delivered again: only the first is let in, and nothing under its id that comes without a clamped time.
 * That is asked row by row, which a join would answer in an order of its own: of two in one batch the first must stay.
 */
const insertEvents = `
  WITH clamped AS (
    INSERT INTO clamped_events (event_id, "timestamp")
    SELECT event_id, "timestamp" FROM json_to_recordset($2::json) AS r(event_id text, "timestamp" timestamptz)
    ON CONFLICT DO NOTHING
    RETURNING event_id, "timestamp"
  )
  INSERT INTO events (${columnNames})
  SELECT ${columnNames} FROM json_to_recordset($1::json) AS r(${columnDefinitions})
  WHERE (SELECT earlier.event_id FROM clamped_events earlier WHERE earlier.event_id = r.event_id) IS NULL
    AND (NOT time_clamped OR (r.event_id, r."timestamp") IN (SELECT event_id, "timestamp" FROM clamped))
  ON CONFLICT DO NOTHING`;

/** Its time names its day: without it, every day would be searched. A clamped event's is the one that it first got. */
const claimBackfilled = `
  UPDATE events e
  SET backfilled = false, recorded_at = now(), source_partition = live.source_partition, source_offset = live.source_offset
  FROM (
    SELECT event_id, source_partition, source_offset, coalesce(
      (SELECT earlier."timestamp" FROM clamped_events earlier WHERE earlier.event_id = r.event_id), r."timestamp") AS at
    FROM json_to_recordset($1::json) AS
      r(event_id text, "timestamp" timestamptz, source_partition integer, source_offset bigint)
  ) AS live
  WHERE e.event_id = live.event_id AND e."timestamp" = live.at AND e.backfilled`;
