import type { Database, DatabaseSession } from '../../connections/postgres.ts';

/** Some of the pseudonyms that are one person. */
export interface Subjects {
  readonly journeyIds: readonly string[];
  /** What came before is the person's: `infinity`, or a time as PostgreSQL writes it where a session was shared. */
  readonly until: string;
}

/** Whom an erasure under way is about: those of one `until` together, so that one statement does for them. */
export async function readSubjects(
  database: Database | DatabaseSession,
  receiptNumber: string,
): Promise<readonly Subjects[]> {
  const { rows } = await database.query<{ journey_ids: string[]; until: string }>(
    `SELECT array_agg(journey_id) AS journey_ids, until::text
     FROM erasure_subjects WHERE receipt_number = $1 GROUP BY until`,
    [receiptNumber],
  );
  return rows.map(({ journey_ids: journeyIds, until }) => ({ journeyIds, until }));
}

export async function readJourneyIds(database: Database, receiptNumber: string): Promise<readonly string[]> {
  return (await readSubjects(database, receiptNumber)).flatMap(({ journeyIds }) => journeyIds);
}
