import type { Database } from '../../../connections/postgres.ts';

/** When the last event was committed, as PostgreSQL itself noted it; milliseconds since 1970, 0 without one. */
export async function lastCommitAt(database: Database): Promise<number> {
  const { rows } = await database.query<{ at: Date | null }>(
    'SELECT max(pg_xact_commit_timestamp(xmin)) AS at FROM events',
  );
  return rows[0]?.at?.getTime() ?? 0;
}
