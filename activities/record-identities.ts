import type { Database } from '../connections/postgres.ts';
import type { ShopEvent } from '../events/shop-event.ts';
import { BoundedMemory } from './bounded-memory.ts';

export type RecordIdentities = (events: readonly ShopEvent[]) => Promise<void>;

interface Shown {
  readonly sessionId: string;
  readonly userId: string;
  readonly at: number;
}

const shared = 'shared';
const mostRemembered = 100_000;

/**
 * Notes which user a client session shows: the first for good, and the time at which a second one makes it a shared
 * device. What is known is remembered, so that only news costs a statement; forgetting costs one that changes nothing.
 */
export function createRecordIdentities(database: Database): RecordIdentities {
  const known = new BoundedMemory<string>(mostRemembered);

  return async (events) => {
    const first = new Map<string, Shown>();
    const second = new Map<string, Shown>();
    for (const { sessionId, userId, time: at } of events) {
      if (sessionId === null || userId === null) continue;
      const before = known.get(sessionId);
      if (before === userId || before === shared) continue;
      const present = first.get(sessionId);
      if (!present) first.set(sessionId, { sessionId, userId, at });
      else if (present.userId !== userId && !second.has(sessionId))
        second.set(sessionId, { sessionId, userId, at });
    }
    if (first.size === 0) return;
    await write(first);
    await write(second);
    for (const { sessionId, userId } of first.values()) remember(sessionId, userId);
    for (const { sessionId } of second.values()) remember(sessionId, shared);
  };

  async function write(shown: ReadonlyMap<string, Shown>): Promise<void> {
    if (shown.size === 0) return;
    // In one order, so that two partitions that write the same sessions never wait for each other in a circle.
    const rows = [...shown.values()].sort((left, right) => (left.sessionId < right.sessionId ? -1 : 1));
    await database.query({ name: 'write-identities', text: upsert, values: [JSON.stringify(rows)] });
  }

  function remember(sessionId: string, userId: string): void {
    const before = known.get(sessionId);
    known.set(sessionId, before === undefined || before === userId ? userId : shared);
  }
}

const upsert = `
  INSERT INTO identities AS known (session_id, user_id, known_since)
  SELECT r."sessionId", r."userId", to_timestamp(r.at / 1000.0)
  FROM json_to_recordset($1::json) AS r("sessionId" text, "userId" text, at float8)
  ON CONFLICT (session_id) DO UPDATE SET until = excluded.known_since, changed_by = pg_current_xact_id()
  WHERE known.user_id <> excluded.user_id AND known.until = 'infinity'`;
