import { inTransaction, type Database } from '../../connections/postgres.ts';
import type { ErasureActivities } from './activities.ts';
import { addToCount } from './erase-rows.ts';
import { readJourneyIds } from './subjects.ts';

/**
 * What was encrypted for the person in Temporal cannot be read by anybody from here on, in its backups neither. The runs are
 * gone by then, so that nothing asks for the keys.
 */
export function createDestroyKeys(database: Database): ErasureActivities['destroyKeys'] {
  return async (receiptNumber) => {
    const journeyIds = await readJourneyIds(database, receiptNumber);
    await inTransaction(database, async (session) => {
      const { rowCount } = await session.query('DELETE FROM journey_keys WHERE journey_id = ANY($1)', [
        journeyIds,
      ]);
      if (rowCount) await session.query(addToCount, [receiptNumber, 'journey_keys', rowCount]);
    });
  };
}

export async function countKeys(database: Database, journeyIds: readonly string[]): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    'SELECT count(*) AS count FROM journey_keys WHERE journey_id = ANY($1)',
    [journeyIds],
  );
  return rows[0]?.count ?? 0;
}
