import type { Database } from '../connections/postgres.ts';
import type { ShopEvent } from '../events/shop-event.ts';
import { BoundedMemory } from './bounded-memory.ts';

const dayMs = 24 * 60 * 60 * 1000;
const mostRemembered = 1_000;

/** The days that this process has made sure of, so that a batch costs a question only when a new day begins. */
const sureOf = new WeakMap<Database, BoundedMemory<true>>();

/**
 * Makes the partitions that these events need and that are not there, before they are written. Days that are no longer
 * kept, or lie more than a week ahead, get none: their events go to the default partition.
 */
export async function ensureEventDays(
  database: Database,
  events: readonly Pick<ShopEvent, 'time'>[],
): Promise<void> {
  const known = sureOf.get(database) ?? new BoundedMemory<true>(mostRemembered);
  sureOf.set(database, known);
  const days = new Set<number>();
  for (const { time } of events) days.add(Math.floor(time / dayMs));
  const unknown = [...days].filter((day) => !known.get(String(day)));
  if (unknown.length === 0) return;
  await database.query({
    name: 'ensure-event-days',
    text: `SELECT ensure_event_days(day, day) FROM (SELECT date '1970-01-01' + n AS day FROM unnest($1::integer[]) n)`,
    values: [unknown.sort((left, right) => left - right)],
  });
  for (const day of unknown) known.set(String(day), true);
}
