import type { DatabaseSession } from './postgres.ts';
import { readSql } from './sql-file.ts';

const head = `-- What the migrations build: tables, indexes, views, functions, triggers, owners and grants, from PostgreSQL's catalogue.
-- Written by \`npm run schema\`; a test compares it with what the migrations build. Change a migration, and never this file.
`;

/**
 * Puts a database's schema into words that depend on nothing else: two databases have the same schema if and only if they
 * are described alike. Expects to be in a transaction. Not by pg_dump, which does not come with the packages and whose
 * words change with its releases.
 */
export async function describeSchema(session: DatabaseSession): Promise<string> {
  await session.query('SET LOCAL search_path = public');
  const { rows } = await session.query<{ definition: string }>(readSql('describe-schema.sql'));
  return `${[head, ...rows.map(({ definition }) => definition.trimEnd())].join('\n')}\n`;
}
