import { isRefusedValue, type Database } from '../connections/postgres.ts';
import type { ShopEvent } from '../events/shop-event.ts';
import { ensureEventDays } from './event-days.ts';
import type { EventRow, Place } from './event-row.ts';
import { insertOrClaim, insertRows, type WriteRows } from './insert-rows.ts';

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
export function recordEvents(
  database: Database,
  events: readonly ShopEvent[],
  placeOf: PlaceOf = () => undefined,
  write: WriteRows = insertOrClaim,
): Promise<RefusedEvent[]> {
  const rows = events.map((event) => ({ event, place: placeOf(event), backfilled: false }));
  return findingRefused(database, rows, { whole: write, part: insertOrClaim });
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
  const insert: WriteRows = async (to, rows) => {
    recorded += await insertRows(to, rows);
  };
  const rows = events.map((event) => ({ event, place: placeOf(event), backfilled: true }));
  const refused = await findingRefused(database, rows, { whole: insert, part: insert });
  return { recorded, refused };
}

async function findingRefused(
  database: Database,
  rows: readonly EventRow[],
  write: { readonly whole: WriteRows; readonly part: WriteRows },
): Promise<RefusedEvent[]> {
  if (rows.length === 0) return [];
  const events = rows.map(({ event }) => event);
  await ensureEventDays(database, events);
  try {
    await write.whole(database, rows);
    return [];
  } catch (error) {
    if (!isRefusedValue(error)) throw error;
    const [only, ...others] = events;
    if (only && others.length === 0) return [{ event: only, code: (error as { code: string }).code }];
    const middle = Math.ceil(rows.length / 2);
    const halves = { whole: write.part, part: write.part };
    return [
      ...(await findingRefused(database, rows.slice(0, middle), halves)),
      ...(await findingRefused(database, rows.slice(middle), halves)),
    ];
  }
}
