import { randomBytes, randomUUID } from 'node:crypto';

import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import type { QueryConfig } from 'pg';

import type { MasterKey } from '../../settings/master-keys.ts';
import { isDatabaseUnavailable, type Database } from '../postgres.ts';
import { KeysUnavailableError } from './keys-unavailable-error.ts';
import { UnreadablePayloadError } from './unreadable-payload-error.ts';
import { unwrap, wrap, type WrappedKey } from './wrapped-key.ts';

/** The key of one journey. */
export interface DataKey {
  readonly id: string;
  readonly journeyId: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

interface KeyRow extends WrappedKey {
  /** Whether its use was noted lately. */
  readonly is_noted?: boolean;
}

interface JourneyKey extends DataKey {
  /** Not the key of somebody who is erased: what an activity's last words are encrypted under, nobody can read. */
  readonly isKept: boolean;
}

const keyBytes = 32;
const mostRemembered = 20_000;
/**
 * So long may a process go on to use a key that has been destroyed: an erasure ends the journey first, and the person may
 * come back only later.
 */
export const longestMemoryMs = 60_000;
const mostAskedAtOnce = 500;

/**
 * The data keys: made when a journey's first payload is written, wrapped by the current master key, and kept in PostgreSQL.
 * Remembered for a minute, a bounded number of them; who asks at the same time shares a statement. Rejects with
 * a `KeysUnavailableError` while PostgreSQL is away.
 */
export class DataKeys {
  private readonly known = new LRUCache<string, DataKey>({ max: mostRemembered, ttl: longestMemoryMs });
  private readonly masterKeys: readonly MasterKey[];
  private readonly database: Database;
  private readonly ofJourney: DataLoader<string, JourneyKey>;
  private readonly ofId: DataLoader<string, DataKey | null>;

  constructor(masterKeys: readonly MasterKey[], database: Database) {
    this.masterKeys = masterKeys;
    this.database = database;
    const options = { cache: false, maxBatchSize: mostAskedAtOnce };
    this.ofJourney = new DataLoader((journeyIds) => this.readOrMake(journeyIds), options);
    this.ofId = new DataLoader((keyIds) => this.read(keyIds), options);
  }

  /** The journey's key, made if it has none. */
  async forJourney(journeyId: string): Promise<DataKey> {
    const known = this.known.get(journeyId);
    if (known) return known;
    const { isKept, ...key } = await this.ofJourney.load(journeyId);
    return isKept ? this.remember(key) : key;
  }

  /** The key that a payload names; `null` when it has been destroyed. */
  async byId(keyId: string): Promise<DataKey | null> {
    const known = this.known.get(keyId);
    if (known) return known;
    const found = await this.ofId.load(keyId);
    return found && this.remember(found);
  }

  private remember(key: DataKey): DataKey {
    this.known.set(key.id, key);
    this.known.set(key.journeyId, key);
    return key;
  }

  private async readOrMake(journeyIds: readonly string[]): Promise<(JourneyKey | Error)[]> {
    const wanted = [...journeyIds].sort();
    let rows = await this.find(wanted);
    let made: readonly WrappedKey[] = [];
    const missing = wanted.filter((journeyId) => !rows.has(journeyId));
    if (missing.length > 0) {
      made = missing.map((journeyId) => this.make(journeyId));
      await this.query({
        name: 'make-journey-keys',
        text: makeKeys,
        // In one order, so that two processes that make the same keys never wait for each other in a circle.
        values: [
          made.map(({ key_id: id }) => id),
          missing,
          made.map(({ master_key_id: id }) => id),
          made.map(({ wrapped_key: key }) => key),
        ],
      });
      // Another process may have been faster: its key is the one.
      rows = await this.find(wanted);
    }
    return journeyIds.map((journeyId) => {
      const kept = rows.get(journeyId);
      const row = kept ?? made.find((one) => one.journey_id === journeyId);
      if (!row) return new Error('a journey’s key was destroyed while it was read');
      const key = this.unwrapped(row);
      return key instanceof Error ? key : { ...key, isKept: kept !== undefined };
    });
  }

  /**
   * By journey. The use of a key is noted before it is used, so that retention leaves it alone; one that retention has just
   * deleted cannot be noted, and is none.
   */
  private async find(journeyIds: readonly string[]): Promise<ReadonlyMap<string, WrappedKey>> {
    const find = { name: 'keys-of-journeys', text: keysOfJourneys, values: [journeyIds] };
    const { rows } = await this.query(find);
    const noted = rows.filter(({ is_noted: isNoted }) => isNoted);
    const others = rows.filter(({ is_noted: isNoted }) => !isNoted).map(({ journey_id: id }) => id);
    if (others.length > 0) {
      const note = { name: 'note-use', text: noteUse, values: [others] };
      noted.push(...(await this.query(note)).rows);
    }
    return new Map(noted.map((row) => [row.journey_id, row]));
  }

  private async read(keyIds: readonly string[]): Promise<(DataKey | Error | null)[]> {
    const { rows } = await this.query({
      name: 'keys-by-id',
      text: keysById,
      values: [keyIds],
    });
    const found = new Map(rows.map((row) => [row.key_id, row]));
    return keyIds.map((keyId) => {
      const row = found.get(keyId);
      return row ? this.unwrapped(row) : null;
    });
  }

  private async query(query: QueryConfig): Promise<{ rows: KeyRow[] }> {
    try {
      return await this.database.query<KeyRow>(query);
    } catch (error) {
      throw isDatabaseUnavailable(error) ? new KeysUnavailableError(error) : error;
    }
  }

  private make(journeyId: string): WrappedKey {
    const [current] = this.masterKeys;
    if (!current) throw new Error('there is no master key');
    return wrap(current, { key_id: randomUUID(), journey_id: journeyId }, randomBytes(keyBytes));
  }

  private unwrapped(row: WrappedKey): DataKey | Error {
    try {
      return { id: row.key_id, journeyId: row.journey_id, key: unwrap(this.masterKeys, row) };
    } catch (error) {
      if (error instanceof UnreadablePayloadError) return error;
      throw error;
    }
  }
}

/** An hour is little beside the day that retention keeps a key for at least, and saves nearly all writes. */
const keysOfJourneys = `
  SELECT key_id, journey_id, master_key_id, wrapped_key, needed_at >= now() - interval '1 hour' AS is_noted
  FROM journey_keys WHERE journey_id = ANY ($1)`;

/** $1: journeys. Whoever notes the same ones locks them in one order; waits for whoever deletes one, and then passes it over. */
export const noteUse = `
  WITH held AS (SELECT key_id FROM journey_keys WHERE journey_id = ANY ($1) ORDER BY journey_id FOR NO KEY UPDATE)
  UPDATE journey_keys SET needed_at = now() FROM held WHERE journey_keys.key_id = held.key_id
  RETURNING journey_keys.key_id, journey_id, master_key_id, wrapped_key`;

const keysById =
  'SELECT key_id, journey_id, master_key_id, wrapped_key FROM journey_keys WHERE key_id = ANY ($1::uuid[])';

const makeKeys = `
  INSERT INTO journey_keys (key_id, journey_id, master_key_id, wrapped_key)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[]) AS made (key_id, journey_id, master_key_id, wrapped_key)
  WHERE NOT EXISTS (
    SELECT FROM suppressions WHERE reference = subject_reference(made.journey_id) AND until = 'infinity')
  ON CONFLICT (journey_id) DO NOTHING`;
