import { inTransaction, type Database, type DatabaseSession } from '../../connections/postgres.ts';
import type { Settings } from '../../settings/settings.ts';
import { SetupError } from '../../stack/setup-error.ts';
import { askDatabase } from '../ask-database.ts';
import { exactTypes, kindOf, type Answer } from './answer.ts';
import type { Report } from './report-file.ts';

export interface Period {
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly until: string;
}

export interface Reported {
  readonly period: Period;
  readonly answer: Answer;
}

/** A report is over before its plan would be compiled, and sorts a month of sessions in memory. */
const sessionSettings = `
  SET TRANSACTION READ ONLY;
  SET LOCAL TimeZone = 'UTC';
  SET LOCAL work_mem = '64MB';
  SET LOCAL jit = off;
`;

/**
 * Asks the database for the report, its values as bind parameters. Throws a `SetupError` with one sentence as `askDatabase`
 * does, when the database refuses a value or takes too long, and when the period ends before it begins.
 */
export function askReport(
  settings: Settings,
  report: Report,
  values: ReadonlyMap<string, string>,
): Promise<Reported> {
  const read = async (session: DatabaseSession): Promise<Reported> => {
    await session.query(sessionSettings);
    const period = await periodOf(session, values);
    const answer = await ask(session, report, new Map([...values, ...Object.entries(period)]));
    return { period, answer };
  };
  const readAsWhole = (database: Database): Promise<Reported> =>
    inTransaction(database, read).catch((error: unknown) => {
      throw explained(report, error);
    });
  return askDatabase(settings, readAsWhole, 'reporter');
}

async function periodOf(session: DatabaseSession, values: ReadonlyMap<string, string>): Promise<Period> {
  const { rows } = await session.query<Period>({
    text: 'SELECT report_time($1) AS since, report_time($2) AS until',
    values: [values.get('since'), values.get('until')],
    types: exactTypes,
  });
  const period = rows[0] as Period;
  if (Date.parse(period.since) < Date.parse(period.until)) return period;
  throw new SetupError(
    `The time ends before it begins: --since is ${period.since} and --until is ${period.until}.`,
  );
}

async function ask(
  session: DatabaseSession,
  { query, placeholders }: Report,
  values: ReadonlyMap<string, string>,
): Promise<Answer> {
  const { fields, rows } = await session.query<(string | null)[]>({
    text: query,
    values: placeholders.map((name) => values.get(name)),
    types: exactTypes,
    rowMode: 'array',
  });
  return { columns: fields.map(({ name, dataTypeID }) => ({ name, kind: kindOf(dataTypeID) })), rows };
}

const canceled = '57014';

function explained({ name }: Report, error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string };
  if (code === canceled)
    return new SetupError(
      `The report ${name} was called off, as it took longer than the statement timeout: ask for a shorter time with --since.`,
    );
  // Class 22, data exception: a value that is of the right kind and out of PostgreSQL's range.
  if (code?.startsWith('22'))
    return new SetupError(`PostgreSQL refuses a value of the report ${name}: ${message ?? code}.`);
  return error;
}
