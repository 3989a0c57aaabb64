import type { Database } from '../connections/postgres.ts';

export interface ReadOnlyAnswer {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly columns: readonly string[];
}

/**
 * Runs one statement that can change nothing and is ended by the server when it takes too long. Its connection goes back
 * clean, or not at all.
 */
export async function queryReadOnly(
  database: Database,
  limitMs: number,
  text: string,
  values: readonly unknown[],
): Promise<ReadOnlyAnswer> {
  const session = await database.connect();
  let broken: Error | undefined;
  try {
    await session.query(
      `BEGIN READ ONLY; SET LOCAL statement_timeout = ${Math.round(limitMs)}; SET LOCAL lock_timeout = 1000`,
    );
    try {
      const { rows, fields } = await session.query<Record<string, unknown>>(text, [...values]);
      return { rows, columns: fields.map(({ name }) => name) };
    } finally {
      await session.query('ROLLBACK').catch((error: unknown) => {
        broken = error as Error;
      });
    }
  } finally {
    session.release(broken);
  }
}
