import type { Database } from '../connections/postgres.ts';
import { columnDefinitions, columnNames, toJson, type EventRow } from './event-row.ts';

/** Writes rows, all or none; repeating it changes nothing. Rejects with what PostgreSQL says. */
export type WriteRows = (database: Database, rows: readonly EventRow[]) => Promise<void>;

/** Inserts rows in one statement. Of an event that is there already nothing changes. Gives how many rows are new. */
export async function insertRows(database: Database, rows: readonly EventRow[]): Promise<number> {
  const { rowCount } = await database.query({
    name: 'record-events',
    text: insertEvents,
    values: [toJson(rows), toJson(rows.filter(({ event }) => event.timeClamped))],
  });
  return rowCount ?? 0;
}

/** The same for events that come live: one that a backfill has brought becomes theirs. */
export const insertOrClaim: WriteRows = async (database, rows) => {
  if ((await insertRows(database, rows)) === rows.length) return;
  await database.query({ name: 'claim-backfilled', text: claimBackfilled, values: [toJson(rows)] });
};

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
