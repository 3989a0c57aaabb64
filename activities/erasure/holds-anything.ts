import type { WorkflowClient } from '@temporalio/client';

import type { Database } from '../../connections/postgres.ts';
import { countKeys } from './destroy-keys.ts';
import { isTheirs } from './erase-rows.ts';
import { heldTables } from './held-tables.ts';
import { findRuns } from './journey-runs.ts';

/** Whether any store holds anything under one of these pseudonyms. */
export async function holdsAnything(
  database: Database,
  client: WorkflowClient,
  pseudonyms: readonly string[],
): Promise<boolean> {
  const anyRow = heldTables.map((held) => `EXISTS (SELECT FROM ${held.table} WHERE ${isTheirs(held)})`);
  const { rows } = await database.query<{ held: boolean }>(`SELECT ${anyRow.join('\n OR ')} AS held`, [
    pseudonyms,
    'infinity',
  ]);
  if (rows[0]?.held) return true;
  for (const pseudonym of pseudonyms) if ((await findRuns(client, pseudonym)).length > 0) return true;
  return (await countKeys(database, pseudonyms)) > 0;
}
