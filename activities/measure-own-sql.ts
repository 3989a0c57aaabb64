import { isDatabaseUnavailable, type Database } from '../connections/postgres.ts';
import type { Measurement, RuleQuestion } from '../events/alert-rule.ts';
import { overWindow, windowOf } from './measure-metric.ts';
import { queryReadOnly } from './read-only.ts';

/** A rule's own SQL may take so long. */
export const ownSqlLimitMs = 5_000;
const longestProblem = 200;

/**
 * Runs a rule's own SQL as one subquery, in a transaction that cannot write, and takes exactly one number from it; `NULL`
 * says that there is nothing to measure. What is wrong with the SQL comes back as a sentence; fails while PostgreSQL is away.
 */
export function createMeasureOwnSql(
  database: Database,
): (sql: string, question: RuleQuestion) => Promise<Measurement> {
  return async (sql, question) => {
    const statement = overWindow(sql.trim().replace(/;$/, ''));
    try {
      const { rows, columns } = await queryReadOnly(database, ownSqlLimitMs, statement, windowOf(question));
      return numberOf(rows, columns);
    } catch (error) {
      const problem = problemOf(error as { code?: string; message: string });
      if (problem === null) throw error;
      return { kind: 'error', problem };
    }
  };
}

function numberOf(
  rows: readonly Readonly<Record<string, unknown>>[],
  columns: readonly string[],
): Measurement {
  const expected = 'its SQL must give exactly one row with one number';
  const [name, ...others] = columns;
  if (name === undefined || others.length > 0)
    return { kind: 'error', problem: `${expected}, and gives ${columns.length} columns` };
  const [row, second] = rows;
  if (!row) return { kind: 'error', problem: `${expected}, and gives no row` };
  if (second) return { kind: 'error', problem: `${expected}, and gives more than one row` };
  const value = row[name];
  if (value === null) return { kind: 'no data' };
  if (typeof value === 'number' && Number.isFinite(value)) return { kind: 'value', value, samples: 1 };
  return { kind: 'error', problem: `${expected}, and gives something else` };
}

/** A read-only transaction refuses; a statement that changes data may not stand in a subquery. */
const writes: readonly string[] = ['25006', '0A000'];

/** What is wrong with the SQL, by PostgreSQL's code; `null` where the fault is not the SQL's. Values are not repeated. */
function problemOf({ code = '', message }: { code?: string; message: string }): string | null {
  if (code === '57014') return `its SQL took longer than ${ownSqlLimitMs / 1000} s and was ended`;
  if (code === '55P03') return 'its SQL had to wait for a lock and was ended';
  if (writes.includes(code)) return 'its SQL writes, and a rule may only read';
  if (code === '42501') return `its SQL reads what rules may not read: ${message.slice(0, longestProblem)}`;
  // Class 42: of the statement's text, not of the data.
  if (code.startsWith('42')) return `its SQL is wrong: ${message.slice(0, longestProblem)}`;
  if (isDatabaseUnavailable({ code, message })) return null;
  return `its SQL fails on a value (code ${code})`;
}
