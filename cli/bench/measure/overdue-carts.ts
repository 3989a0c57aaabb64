import type { Database } from '../../../connections/postgres.ts';

/**
 * Carts that are still open although their deadline passed before `until`: nothing of the user is in the record for as long as
 * their stage allows. Such a cart will be called abandoned, only too late.
 */
export async function countOverdueCarts(
  database: Database,
  until: Date,
  { cartMs, checkoutMs }: { readonly cartMs: number; readonly checkoutMs: number },
): Promise<number> {
  const { rows } = await database.query<{ overdue: number }>(
    `SELECT count(*)::int AS overdue
     FROM carts c
     CROSS JOIN LATERAL (SELECT max(e."timestamp") AS at FROM events e WHERE e.journey_id = c.journey_id) AS last
     WHERE c.status = 'open'
       AND last.at + CASE c.stage WHEN 'checkout' THEN $3::float8 ELSE $2::float8 END * interval '1 millisecond' < $1`,
    [until, cartMs, checkoutMs],
  );
  return rows[0]?.overdue ?? 0;
}

/** Abandonments that were said aloud: each of them is a message for the consumers of the topic. */
export async function countAbandonmentAlerts(database: Database): Promise<number> {
  const { rows } = await database.query<{ alerts: number }>(
    `SELECT count(*)::int AS alerts FROM alerts WHERE alert_type IN ('cart_abandoned', 'checkout_abandoned')`,
  );
  return rows[0]?.alerts ?? 0;
}
