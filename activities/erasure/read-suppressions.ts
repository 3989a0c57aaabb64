import type { Database } from '../../connections/postgres.ts';

export interface KnownSuppressions {
  readonly version: number;
  /** Milliseconds since 1970 by reference; infinity while nobody has lifted the suppression. */
  readonly untilByReference: ReadonlyMap<string, number>;
}

/** Who has been erased; `null` when nothing has changed since `knownVersion`. */
export async function readSuppressions(
  database: Database,
  knownVersion: number,
): Promise<KnownSuppressions | null> {
  const { rows } = await database.query<{ version: number; list: Record<string, number | null> | null }>({
    name: 'read-suppressions',
    text: readNews,
    values: [knownVersion],
  });
  const row = rows[0];
  if (!row) throw new Error('the version of the suppressions is missing');
  if (row.version === knownVersion) return null;
  const entries = Object.entries(row.list ?? {});
  const untilByReference = new Map(
    entries.map(([reference, until]) => [reference, until ?? Number.POSITIVE_INFINITY]),
  );
  return { version: row.version, untilByReference };
}

/** Whether a person has been erased and may not come back for now. */
export async function isErased(database: Database, journeyId: string): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'is-erased',
    text: `SELECT FROM suppressions WHERE reference = subject_reference($1) AND until = 'infinity'`,
    values: [journeyId],
  });
  return rowCount === 1;
}

const readNews = `
  SELECT version, CASE WHEN version <> $1 THEN (
    SELECT json_object_agg(
      reference, CASE WHEN isfinite(until) THEN round(extract(epoch FROM until) * 1000) END)
    FROM suppressions
  ) END AS list
  FROM suppression_version`;
