import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { from } from 'pg-copy-streams';

import { isDuplicate, type Database } from '../connections/postgres.ts';
import { columnNames, toCopyText, type EventRow } from './event-row.ts';
import { insertOrClaim, type WriteRows } from './insert-rows.ts';

/** Below this a COPY's round trips cost more than its format saves. */
const fewestCopied = 200;
/** Where one event came again, its neighbours did too: a restart and a replay repeat a stretch of the topic. */
const insertsAfterDuplicate = 20;

/**
 * Writes a large batch by COPY, at less than half of an insert's cost. COPY knows no `ON CONFLICT`: a batch with an
 * event that is there already is inserted instead, and so are the next ones; and so is one with a clamped event.
 */
export function createCopyOrInsert(): WriteRows {
  const hasClamped = createClampedCheck();
  let insertsLeft = 0;
  return async (database, rows) => {
    if (rows.length < fewestCopied || insertsLeft > 0) {
      if (rows.length >= fewestCopied) insertsLeft -= 1;
      return insertOrClaim(database, rows);
    }
    if (await hasClamped(database, rows)) return insertOrClaim(database, rows);
    try {
      await copyRows(database, rows);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      insertsLeft = insertsAfterDuplicate;
      await insertOrClaim(database, rows);
    }
  };
}

/** Whether a batch needs the insert's rules for clamped events: one is in it, or was recorded under one of its ids. */
function createClampedCheck(): (database: Database, rows: readonly EventRow[]) => Promise<boolean> {
  let isAnyKnown = false;
  const ask = async (database: Database, query: { name: string; text: string; values?: string[] }) =>
    (await database.query<{ found: boolean }>(query)).rows[0]?.found ?? true;
  return async (database, rows) => {
    if (rows.some(({ event }) => event.timeClamped)) return true;
    isAnyKnown ||= await ask(database, { name: 'any-clamped', text: anyClamped });
    if (!isAnyKnown) return false;
    const ids = JSON.stringify(rows.map(({ event }) => event.eventId));
    return ask(database, { name: 'clamped-among', text: clampedAmong, values: [ids] });
  };
}

const anyClamped = 'SELECT EXISTS (SELECT FROM clamped_events) AS found';
const clampedAmong = `
  SELECT EXISTS (
    SELECT FROM json_array_elements_text($1::json) AS id JOIN clamped_events ON event_id = id
  ) AS found`;

async function copyRows(database: Database, rows: readonly EventRow[]): Promise<void> {
  const session = await database.connect();
  let broken: Error | undefined;
  try {
    const copy = session.query(from(`COPY events (${columnNames}) FROM STDIN`));
    await pipeline(Readable.from([Buffer.from(toCopyText(rows))]), copy);
  } catch (error) {
    // After an error the session may still have parts of the copy under way: it is not used again.
    broken = error as Error;
    throw error;
  } finally {
    session.release(broken);
  }
}
