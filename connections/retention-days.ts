import type { RetentionDays } from '../settings/retention-days.ts';
import type { Database, DatabaseSession } from './postgres.ts';

/** Writes how many days each table keeps to where the database's own functions find it. Deletes nothing. */
export async function writeRetentionDays(
  database: Database | DatabaseSession,
  days: RetentionDays,
): Promise<void> {
  await database.query(
    `UPDATE retention SET days = given.value::integer
     FROM json_each_text($1::json) AS given
     WHERE table_name = given.key AND days <> given.value::integer`,
    [JSON.stringify(days)],
  );
}
