import { isRefusedValue, type Database } from '../connections/postgres.ts';
import type { ShopEvent } from '../events/shop-event.ts';
import { ensureEventDays } from './event-days.ts';

/** Where an event lies on the topic. Events that come from elsewhere, such as a file, have no place there. */
export interface Place {
  readonly partition: number;
  readonly offset: number;
}

export interface RefusedEvent {
  readonly event: ShopEvent;
  /** PostgreSQL's own code, such as 22P05; its message may repeat a value and is left out. */
  readonly code: string;
}

export type PlaceOf = (event: ShopEvent) => Place | undefined;

/**
 * Records events in one set-based statement, each once by its `event_id` and on the day of its time, which is made if it
 * is not there. Rows that PostgreSQL refuses are found by halving and given back, so that one bad row costs its neighbours
 * nothing. Throws when the database is not available.
 */
export async function recordEvents(
  database: Database,
  events: readonly ShopEvent[],
  placeOf: PlaceOf = () => undefined,
): Promise<RefusedEvent[]> {
  return findingRefused(database, events, async (part) => {
    const rows = part.map((event) => toRow(event, placeOf(event), false));
    // What was there already may have been brought by a backfill.
    if ((await insert(database, part, rows)) < part.length)
      await database.query({
        name: 'claim-backfilled',
        text: claimBackfilled,
        values: [JSON.stringify(rows)],
      });
  });
}

/**
 * Records old events, which no journey is told of, in the same way. Events that are there already stay as they are. Gives
 * back how many rows are new.
 */
export async function backfillEvents(
  database: Database,
  events: readonly ShopEvent[],
  placeOf: PlaceOf,
): Promise<{ recorded: number; refused: RefusedEvent[] }> {
  let recorded = 0;
  const refused = await findingRefused(database, events, async (part) => {
    const rows = part.map((event) => toRow(event, placeOf(event), true));
    recorded += await insert(database, part, rows);
  });
  return { recorded, refused };
}

async function findingRefused(
  database: Database,
  events: readonly ShopEvent[],
  write: (events: readonly ShopEvent[]) => Promise<void>,
): Promise<RefusedEvent[]> {
  if (events.length === 0) return [];
  await ensureEventDays(database, events);
  try {
    await write(events);
    return [];
  } catch (error) {
    if (!isRefusedValue(error)) throw error;
    const [only, ...others] = events;
    if (only && others.length === 0) return [{ event: only, code: (error as { code: string }).code }];
    const middle = Math.ceil(events.length / 2);
    return [
      ...(await findingRefused(database, events.slice(0, middle), write)),
      ...(await findingRefused(database, events.slice(middle), write)),
    ];
  }
}

/** How many rows are new. */
async function insert(
  database: Database,
  events: readonly ShopEvent[],
  rows: readonly object[],
): Promise<number> {
  const { rowCount } = await database.query({
    name: 'record-events',
    text: insertEvents,
    values: [
      JSON.stringify(rows),
      JSON.stringify(events.filter(({ timeClamped }) => timeClamped).map(toClamped)),
    ],
  });
  return rowCount ?? 0;
}

function toRow(event: ShopEvent, place: Place | undefined, backfilled: boolean): object {
  const { device, items, properties } = event;
  return {
    i: event.eventId,
    t: event.time,
    c: event.timeClamped,
    j: event.journeyId,
    u: event.userId,
    s: event.sessionId,
    a: event.action,
    p: event.page,
    r: event.referrer,
    dt: device.type,
    db: device.browser,
    dos: device.os,
    l: event.loadTimeSeconds,
    it:
      items.length > 0
        ? items.map(({ productId, quantity, price }) => ({ product_id: productId, quantity, price }))
        : null,
    v: event.value,
    cu: event.currency,
    o: event.orderId,
    pr: Object.keys(properties).length > 0 ? properties : null,
    b: event.bot,
    sp: place?.partition ?? null,
    so: place?.offset ?? null,
    bf: backfilled,
  };
}

const toClamped = ({ eventId, time }: ShopEvent) => ({ i: eventId, t: time });

/**
 * Within a day the day's primary key keeps an event single. A clamped event comes with another time, and perhaps to another
 * day, when it is delivered again: only the first is let in, and nothing under its id that comes without a clamped time.
 * That is asked row by row, which a join would answer in an order of its own: of two in one batch the first must stay.
 */
const insertEvents = `
  WITH clamped AS (
    INSERT INTO clamped_events (event_id, "timestamp")
    SELECT i, to_timestamp(t / 1000.0) FROM json_to_recordset($2::json) AS x(i text, t float8)
    ON CONFLICT DO NOTHING
    RETURNING event_id, "timestamp"
  )
  INSERT INTO events (
    event_id, "timestamp", time_clamped, journey_id, user_id, session_id, action, page, referrer,
    device_type, browser, os, load_time, items, value, currency, order_id, properties, bot,
    source_partition, source_offset, backfilled)
  SELECT i, to_timestamp(t / 1000.0), c, j, u, s, a, p, r, dt, db, dos, l, it, v, cu, o, pr, b, sp, so, bf
  FROM json_to_recordset($1::json) AS x(
    i text, t float8, c boolean, j text, u text, s text, a text, p text, r text, dt text, db text, dos text,
    l float8, it jsonb, v numeric, cu text, o text, pr jsonb, b boolean, sp integer, so bigint, bf boolean)
  WHERE (SELECT event_id FROM clamped_events earlier WHERE earlier.event_id = i) IS NULL
    AND (NOT c OR (i, to_timestamp(t / 1000.0)) IN (SELECT event_id, "timestamp" FROM clamped))
  ON CONFLICT DO NOTHING`;

/** Its time names its day: without it, every day would be searched. A clamped event's is the one that it first got. */
const claimBackfilled = `
  UPDATE events e
  SET backfilled = false, recorded_at = now(), source_partition = x.sp, source_offset = x.so
  FROM (
    SELECT i, sp, so, coalesce(
      (SELECT "timestamp" FROM clamped_events earlier WHERE earlier.event_id = i), to_timestamp(t / 1000.0)) AS at
    FROM json_to_recordset($1::json) AS given(i text, t float8, sp integer, so bigint)
  ) AS x
  WHERE e.event_id = x.i AND e."timestamp" = x.at AND e.backfilled`;
