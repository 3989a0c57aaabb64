import { SettingsError } from '../settings/settings-error.ts';
import type { Settings } from '../settings/settings.ts';
import type { Log } from './log.ts';
import type { DatabaseSession } from './postgres.ts';
import { readSql } from './sql-file.ts';

/** The class of SQLSTATE that `sql/apply-access.sql` gives to what the operator has to mend. */
const operatorsErrors = /^AI/;
const insufficientPrivilege = '42501';

/** Applies the decisions of `sql/access.sql`, whole or not at all: roles, owners, privileges, the reporter's views. */
export async function applyAccess(session: DatabaseSession, settings: Settings, log: Log): Promise<void> {
  const warn = ({ severity, message }: { severity?: string | undefined; message?: string | undefined }) => {
    if (severity === 'WARNING') log.warn(message);
  };
  session.on('notice', warn);
  try {
    await session.query('BEGIN');
    await session.query(
      `SELECT set_config('aisle.writer_login', $1, true), set_config('aisle.eraser_login', $2, true),
         set_config('aisle.reporter_login', $3, true), set_config('aisle.reporter_timeout', $4, true)`,
      [
        settings.DB_USER,
        settings.DB_ERASER_USER ?? '',
        settings.DB_REPORTER_USER ?? '',
        `${settings.DB_REPORTER_TIMEOUT}ms`,
      ],
    );
    await session.query(readSql('access.sql'));
    await session.query(readSql('apply-access.sql'));
    await session.query('COMMIT');
  } catch (error) {
    await session.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    session.off('notice', warn);
  }
}

/** The error as a `SettingsError` with one sentence, where a login or a right is missing that only an administrator can give. */
export function asMissingRight(error: unknown, owner: string): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  if (typeof code !== 'string' || message === undefined) return error;
  if (operatorsErrors.test(code)) return new SettingsError([`${message}.`]);
  if (code !== insufficientPrivilege) return error;
  return new SettingsError([
    `DB_OWNER_USER: ${owner} lacks a right that the migrations need (${message}); it has to own the database, as docs/access.md says.`,
  ]);
}
