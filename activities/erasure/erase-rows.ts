import { inTransaction, type Database } from '../../connections/postgres.ts';
import type { ErasureActivities } from './activities.ts';
import { heldTables, type HeldTable } from './held-tables.ts';
import { readSubjects } from './subjects.ts';

/**
 * Deletes the person's rows, or makes them anonymous, a table a transaction; the count is written in the same one, so that
 * the receipt tells the truth however often an attempt was cut short.
 */
export function createEraseRows(database: Database): ErasureActivities['eraseRows'] {
  return async (receiptNumber) => {
    const subjects = await readSubjects(database, receiptNumber);
    for (const held of heldTables) {
      for (const { journeyIds, until } of subjects) {
        await inTransaction(database, async (session) => {
          const { rowCount } = await session.query(eraseFrom(held), [journeyIds, until]);
          if (rowCount) await session.query(addToCount, [receiptNumber, held.table, rowCount]);
        });
      }
    }
  };
}

/** $1: pseudonyms; $2: what happened before this time is theirs. */
export const isTheirs = ({ identities, happenedAt }: HeldTable): string =>
  `(${identities.map((identity) => `${identity} = ANY($1)`).join(' OR ')}) AND ${happenedAt} < $2::timestamptz`;

const eraseFrom = (held: HeldTable): string =>
  held.anonymise === undefined
    ? `DELETE FROM ${held.table} WHERE ${isTheirs(held)}`
    : `UPDATE ${held.table} SET ${held.anonymise} WHERE ${isTheirs(held)}`;

/** $1: receipt number, $2: store, $3: how many more were erased from it. */
export const addToCount = `
  INSERT INTO erasure_counts AS known VALUES ($1, $2, $3)
  ON CONFLICT (receipt_number, store) DO UPDATE SET erased = known.erased + excluded.erased`;
