import pg from 'pg';

import type { Settings } from '../settings/settings.ts';
import { databaseLogin, type DatabaseRole } from './database-login.ts';
import type { Log } from './log.ts';
import { isDatabaseUnavailable } from './postgres-errors.ts';
import { postgresRefusal, postgresTls } from './postgres-security.ts';
import { UnreachableError } from './unreachable-error.ts';

export {
  isDatabaseUnavailable,
  isDuplicate,
  isRefusedValue,
  isSchemaMissing,
  isStatementTooLong,
} from './postgres-errors.ts';

export type Database = pg.Pool;
export type DatabaseSession = pg.PoolClient;

/** int8 counts come as numbers: none of ours passes 2^53. */
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);

/** What holds for every statement of a connection, so that no statement has to be told. */
export interface SessionRules {
  readonly statementLimitMs: number;
  /** PostgreSQL's own parameters by their names. */
  readonly parameters: Readonly<Record<string, string>>;
}

const rulesOfRole = (role: DatabaseRole, settings: Settings): SessionRules =>
  role === 'reporter'
    ? {
        statementLimitMs: settings.DB_REPORTER_TIMEOUT,
        // Where the reporter has no login of its own, these still hold; a schema that a user may not enter is passed over.
        parameters: { search_path: 'reporting,public', default_transaction_read_only: 'on' },
      }
    : { statementLimitMs: 60_000, parameters: {} };

/** Opens connections on demand, as the role that the work needs: docs/access.md says what each may do. */
export function connectPostgres(
  settings: Settings,
  log: Log,
  applicationName: string,
  role: DatabaseRole = 'writer',
  rules: SessionRules = rulesOfRole(role, settings),
): Database {
  const { user, password } = databaseLogin(settings, role);
  const pool = new pg.Pool({
    host: settings.DB_HOST,
    port: settings.DB_PORT,
    database: settings.DB_NAME,
    user,
    password,
    max: settings.DB_POOL_SIZE,
    application_name: applicationName,
    connectionTimeoutMillis: 5_000,
    statement_timeout: rules.statementLimitMs,
    ...optionsOf(rules),
    // A peer that is gone without a word is found out while its answer is waited for.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...(settings.DB_SSL === 'disable' ? {} : { ssl: postgresTls(settings) }),
  });
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
  pool.on('error', (error) =>
    log.warn({ code: (error as { code?: string }).code }, 'an idle database connection broke'),
  );
  return pool;
}

function optionsOf({ parameters }: SessionRules): { options?: string } {
  const options = Object.entries(parameters).map(([name, value]) => `-c ${name}=${value}`);
  return options.length > 0 ? { options: options.join(' ') } : {};
}

/** Runs `connect`; a server that does not answer, or refuses the login, is said by what to set. */
export async function reachingPostgres<Result>(
  settings: Settings,
  connect: () => Promise<Result>,
  role: DatabaseRole = 'writer',
): Promise<Result> {
  try {
    return await connect();
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw postgresRefusal(settings, role, error) ?? error;
    const address = `${settings.DB_HOST}:${settings.DB_PORT}`;
    throw new UnreachableError('PostgreSQL', address, 'DB_HOST and DB_PORT', error);
  }
}

/**
 * Looks once whether the login is taken, and throws a `SettingsError` where it never will be. A server that is away is no
 * reason to stop: whoever uses the connection waits for it.
 */
export async function tryLogin(database: Database, settings: Settings, role: DatabaseRole): Promise<void> {
  try {
    await database.query('SELECT');
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw postgresRefusal(settings, role, error) ?? error;
  }
}

/** Runs `work` in one transaction on one connection; rolls back and rethrows when it fails. */
export async function inTransaction<Result>(
  database: Database,
  work: (session: DatabaseSession) => Promise<Result>,
): Promise<Result> {
  const session = await database.connect();
  let broken: Error | undefined;
  try {
    await session.query('BEGIN');
    const result = await work(session);
    await session.query('COMMIT');
    return result;
  } catch (error) {
    await session.query('ROLLBACK').catch((rollbackError: unknown) => {
      broken = rollbackError as Error;
    });
    throw error;
  } finally {
    session.release(broken);
  }
}
