import type { Database } from '../../connections/postgres.ts';
import { isTheirs } from './erase-rows.ts';
import { heldTables } from './held-tables.ts';
import type { Subjects } from './subjects.ts';

export interface HeldRows {
  readonly table: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** A person, by pseudonyms of every key version, together with the visitors who turned out to be the person. */
export async function findSubjects(database: Database, pseudonyms: readonly string[]): Promise<Subjects[]> {
  const { rows } = await database.query<{ journey_ids: string[]; until: string }>(
    `SELECT array_agg(session_id) AS journey_ids, until::text
     FROM identities WHERE user_id = ANY($1) GROUP BY until`,
    [pseudonyms],
  );
  return [
    { journeyIds: pseudonyms, until: 'infinity' },
    ...rows.map(({ journey_ids: journeyIds, until }) => ({ journeyIds, until })),
  ];
}

/** Every row that an erasure would take, table by table: what is held about the person. */
export async function readHeld(database: Database, subjects: readonly Subjects[]): Promise<HeldRows[]> {
  const tables: HeldRows[] = [];
  for (const held of heldTables) {
    const rows = new Map<string, Record<string, unknown>>();
    for (const { journeyIds, until } of subjects) {
      const { rows: found } = await database.query<{ row: Record<string, unknown> }>(
        `SELECT to_jsonb(t) AS row FROM ${held.table} t WHERE ${isTheirs(held)} ORDER BY ${held.happenedAt}`,
        [journeyIds, until],
      );
      // A row of `identities` is found by the user and by the visitor.
      for (const { row } of found) rows.set(JSON.stringify(row), row);
    }
    tables.push({ table: held.table, rows: [...rows.values()] });
  }
  return tables;
}
