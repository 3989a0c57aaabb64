import type { Database } from '../../connections/postgres.ts';

const eventsAtOnce = 10_000;
const eventsInVisit = 20;

/**
 * Records visits of twenty events each, of users who came once, over the ten days before `end`, oldest first, in
 * transactions of 10,000 events.
 */
export async function recordPastVisits(
  database: Database,
  { events, end }: { readonly events: number; readonly end: Date },
  signal: AbortSignal,
): Promise<void> {
  await database.query(
    `SELECT ensure_event_days(($1::timestamptz AT TIME ZONE 'UTC')::date - 10, ($1::timestamptz AT TIME ZONE 'UTC')::date)`,
    [end],
  );
  for (let from = 0; from < events; from += eventsAtOnce) {
    signal.throwIfAborted();
    await database.query(pastVisits, [
      from,
      Math.min(from + eventsAtOnce, events),
      events,
      eventsInVisit,
      end,
    ]);
  }
}

/** Records one second of a load: so many users, ten events each, in order. It is the `second`-th after `start`. */
export async function recordSecond(
  database: Database,
  { users, start, second }: { readonly users: number; readonly start: Date; readonly second: number },
): Promise<void> {
  await database.query(oneSecond, [users, start, second]);
}

/** What an event of a visit is, by its place in the visit: mostly views, of which some are of products and the cart. */
const content = `
  (ARRAY['pageview','pageview','scroll','view_item','click','pageview','add_to_cart','scroll','pageview','click'])[1 + place % 10],
  (ARRAY['/home','/category/c' || who % 20,NULL,'/product/' || who % 500,NULL,'/product/' || who % 500,NULL,NULL,'/cart',NULL])
    [1 + place % 10],
  (ARRAY['mobile','desktop','tablet'])[1 + who % 3], 'Firefox', 'Linux', CASE place % 10 WHEN 0 THEN 0.5 + place * 0.01 END,
  'https://search.example/'`;

const columns = `event_id, "timestamp", journey_id, user_id, session_id, action, page, device_type, browser, os, load_time, referrer`;

const pastVisits = `
  INSERT INTO events (${columns})
  SELECT 'past-' || n, $5::timestamptz - interval '10 days' * (1 - who * 1.0 / ($3::int / $4::int + 1)) + place * interval '5 seconds',
    'u1_past' || who, 'u1_past' || who, 's1_past' || who, ${content}
  FROM generate_series($1::int, $2::int - 1) AS n
  CROSS JOIN LATERAL (SELECT n / $4::int AS who, n % $4::int AS place) AS visit`;

const oneSecond = `
  INSERT INTO events (${columns})
  SELECT 'live-' || $3::int || '-' || n, $2::timestamptz + $3::int * interval '1 second' + place * interval '100 milliseconds',
    'u1_live' || who, 'u1_live' || who, 's1_live' || who, ${content}
  FROM generate_series(0, $1::int * 10 - 1) AS n
  CROSS JOIN LATERAL (SELECT n / 10 AS who, n % 10 AS place) AS visit`;
