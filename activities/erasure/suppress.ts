import { inTransaction, type Database } from '../../connections/postgres.ts';
import type { ErasureActivities } from './activities.ts';
import { suppressSubjects } from './open-erasure.ts';

/** What a visitor did is the user's, up to the moment at which the session turned out to be shared. */
const addVisitors = `
  INSERT INTO erasure_subjects (receipt_number, journey_id, until)
  SELECT s.receipt_number, i.session_id, i.until
  FROM erasure_subjects s JOIN identities i ON i.user_id = s.journey_id
  WHERE s.receipt_number = $1
  ON CONFLICT (receipt_number, journey_id) DO UPDATE SET until = excluded.until
  WHERE erasure_subjects.until > excluded.until`;

export function createSuppress(database: Database): ErasureActivities['suppress'] {
  return (receiptNumber) =>
    inTransaction(database, async (session) => {
      await session.query(addVisitors, [receiptNumber]);
      const { rowCount } = await session.query(suppressSubjects, [receiptNumber]);
      return rowCount ?? 0;
    });
}
