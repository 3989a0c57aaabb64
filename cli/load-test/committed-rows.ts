import type { Database } from '../../connections/postgres.ts';
import type { Percentiles } from './percentiles.ts';

/**
 * Latencies from an event's time, when it was due to be sent, to the commit of its row, as PostgreSQL itself noted it:
 * what an analyst's query waits for. A sender that falls behind shows, as the due time does not move.
 * `null` without rows, or where `track_commit_timestamp` is off.
 */
export function recordLatency(database: Database, since: Date): Promise<Percentiles | null> {
  return measure(database, 'events', '"timestamp"', since);
}

/** From the event that first showed a funnel step to the committed row that its journey wrote. */
export function stepLatency(database: Database, since: Date, until?: Date): Promise<Percentiles | null> {
  return measure(database, 'funnel_steps', 'reached_at', since, until);
}

async function measure(
  database: Database,
  table: 'events' | 'funnel_steps',
  eventTime: '"timestamp"' | 'reached_at',
  since: Date,
  until?: Date,
): Promise<Percentiles | null> {
  const { rows: setting } = await database.query<{ track_commit_timestamp: string }>(
    'SHOW track_commit_timestamp',
  );
  if (setting[0]?.track_commit_timestamp !== 'on') return null;
  const { rows } = await database.query<Percentiles>(
    `WITH measured AS (
       SELECT greatest(0, extract(epoch FROM pg_xact_commit_timestamp(xmin) - ${eventTime}) * 1000) AS ms
       FROM ${table} WHERE ${eventTime} >= $1 AND ${eventTime} < coalesce($2, 'infinity'::timestamptz)
     )
     SELECT count(*)::int AS count,
       round(percentile_disc(0.5) WITHIN GROUP (ORDER BY ms))::int AS p50,
       round(percentile_disc(0.95) WITHIN GROUP (ORDER BY ms))::int AS p95,
       round(percentile_disc(0.99) WITHIN GROUP (ORDER BY ms))::int AS p99,
       round(max(ms))::int AS most
     FROM measured`,
    [since, until ?? null],
  );
  const measured = rows[0];
  return measured && measured.count > 0 ? measured : null;
}
