import { unwrap, wrap, type WrappedKey } from '../../connections/encryption/wrapped-key.ts';
import { inTransaction, type Database } from '../../connections/postgres.ts';
import type { MasterKey } from '../../settings/master-keys.ts';

/** Milliseconds of locks on rows that nobody but an erasure changes. */
const keysAtOnce = 500;
const beforeAllKeys = '00000000-0000-0000-0000-000000000000';

/** How many keys of journeys each master key wraps, by its id. */
export async function countByMasterKey(database: Database): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.query<{ id: string; count: number }>(
    'SELECT master_key_id AS id, count(*) AS count FROM journey_keys GROUP BY 1 ORDER BY 1',
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}

/**
 * Wraps the keys of journeys by the first of the master keys, batch by batch, and yields after each how many there were so
 * far. It may be stopped between two batches, run again, and run twice at once: a key is wrapped by its old master or by the
 * new one, and one that an erasure destroys meanwhile stays destroyed. Throws an `UnreadablePayloadError` for a key that none
 * of the master keys opens; what was wrapped anew before stays so.
 */
export async function* rewrapKeys(
  database: Database,
  masterKeys: readonly MasterKey[],
): AsyncGenerator<number> {
  const [newest] = masterKeys;
  if (!newest) throw new Error('there is no master key');
  let rewrapped = 0;
  for (let after: string | undefined = beforeAllKeys; ;) {
    const batch: readonly WrappedKey[] = await rewrapBatch(database, masterKeys, newest, after);
    after = batch.at(-1)?.key_id;
    if (after === undefined) return;
    rewrapped += batch.length;
    yield rewrapped;
  }
}

function rewrapBatch(
  database: Database,
  masterKeys: readonly MasterKey[],
  newest: MasterKey,
  after: string,
): Promise<readonly WrappedKey[]> {
  return inTransaction(database, async (session) => {
    const { rows } = await session.query<WrappedKey>(olderKeys, [newest.id, after, keysAtOnce]);
    const wrapped = rows.map((row) => wrap(newest, row, unwrap(masterKeys, row)));
    await session.query(rewrap, [
      newest.id,
      wrapped.map(({ key_id: id }) => id),
      wrapped.map(({ wrapped_key: key }) => key),
    ]);
    return wrapped;
  });
}

/** In the order of the primary key: two of these at once wait for each other, and never in a circle. */
const olderKeys = `
  SELECT key_id, journey_id, master_key_id, wrapped_key FROM journey_keys
  WHERE master_key_id <> $1 AND key_id > $2 ORDER BY key_id LIMIT $3 FOR UPDATE`;

const rewrap = `
  UPDATE journey_keys SET master_key_id = $1, wrapped_key = anew.wrapped_key
  FROM unnest($2::uuid[], $3::bytea[]) AS anew (key_id, wrapped_key)
  WHERE journey_keys.key_id = anew.key_id`;
