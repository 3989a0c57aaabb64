import { createLog } from '../connections/log.ts';
import { databaseLogin, type DatabaseRole, loginSettings } from '../connections/database-login.ts';
import {
  connectPostgres,
  isDatabaseUnavailable,
  type Database,
  type SessionRules,
} from '../connections/postgres.ts';
import { postgresRefusal } from '../connections/postgres-security.ts';
import type { Settings } from '../settings/settings.ts';
import { SetupError } from '../stack/setup-error.ts';

/**
 * Runs `ask` with connections of its own, as the role that it needs and under that role's rules unless others are given.
 * Throws a `SetupError` or a `SettingsError` with one sentence when the database cannot be reached, refuses the login, or
 * lacks what `aisle migrate` makes; what `ask` itself throws as a `SetupError` passes through.
 */
export async function askDatabase<Answer>(
  settings: Settings,
  ask: (database: Database) => Promise<Answer>,
  role: DatabaseRole = 'writer',
  rules?: SessionRules,
): Promise<Answer> {
  const database = connectPostgres(settings, createLog('aisle', 'silent'), 'aisle-command', role, rules);
  try {
    return await ask(database);
  } catch (error) {
    throw explained(settings, role, error);
  } finally {
    await database.end();
  }
}

/** A table, a column or a function that is not there. */
const undefinedThings: readonly string[] = ['42P01', '42703', '42883'];
const insufficientPrivilege = '42501';

function explained(settings: Settings, role: DatabaseRole, error: unknown) {
  const { DB_HOST: host, DB_PORT: port, DB_NAME: name } = settings;
  if (error instanceof SetupError) return error;
  const code = (error as { code?: string } | null)?.code ?? '';
  const place = `PostgreSQL at ${host}:${port}`;
  if (code === insufficientPrivilege)
    return new SetupError(
      `The role ${databaseLogin(settings, role).user} may not do that: set ${loginSettings[role]}_USER to one that may.`,
    );
  if (undefinedThings.includes(code))
    return new SetupError(`The schema of ${name} is of another release: run npm run migrate.`);
  if (error instanceof Error && isDatabaseUnavailable(error))
    return new SetupError(`${place} cannot be reached (${code || error.message}): set DB_HOST and DB_PORT.`);
  return postgresRefusal(settings, role, error) ?? error;
}
