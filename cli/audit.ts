import { subjectReference } from '../activities/subject-reference.ts';
import type { Database } from '../connections/postgres.ts';
import { pseudonymKeysOf } from '../settings/pseudonym-keys.ts';
import { journeyIdsOf } from './journey/journey-id.ts';
import { printable, readableTime } from './journey/wording.ts';
import { settingsOfRunningSystem } from './journey/running-system.ts';
import { askDatabase } from './ask-database.ts';

export interface AuditOptions {
  /** Only entries about this user: a user id or a pseudonym. */
  readonly user?: string | undefined;
  /** The start of an action, such as `erasure`. */
  readonly action?: string | undefined;
  /** How far back, in milliseconds; everything without it. */
  readonly sinceMs?: number | undefined;
  readonly limit: number;
  readonly json: boolean;
}

interface AuditRow {
  readonly written_at: Date;
  readonly actor: string;
  readonly database_role: string;
  readonly action: string;
  readonly subject: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Prints entries of the audit log on stdout, the latest last. */
export async function runAudit({ user, action, sinceMs, limit, json }: AuditOptions): Promise<void> {
  const settings = await settingsOfRunningSystem();
  const subjects =
    user === undefined ? null : journeyIdsOf({ user }, pseudonymKeysOf(settings)).map(subjectReference);
  const values = [action ?? '', sinceMs ?? null, subjects, limit];
  const find = async (database: Database) => (await database.query<AuditRow>(latest, values)).rows;
  const rows = await askDatabase(settings, find, 'eraser');
  if (json) process.stdout.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  else process.stdout.write(`${rows.map(lineOf).join('\n') || 'No entry is like this.'}\n`);
}

function lineOf({ written_at: at, actor, database_role: role, action, subject, details }: AuditRow): string {
  const who = actor === role ? printable(actor) : `${printable(actor)} (as ${printable(role)})`;
  const more = Object.keys(details).length > 0 ? [JSON.stringify(details)] : [];
  return [readableTime(at.toISOString()), who, action, printable(subject), ...more].join('  ');
}

const latest = `
  SELECT written_at, actor, database_role, action, subject, details
  FROM (
    SELECT * FROM audit_log
    WHERE starts_with(action, $1)
      AND ($2::float8 IS NULL OR written_at >= now() - make_interval(secs => $2::float8 / 1000))
      AND ($3::text[] IS NULL OR subject = ANY($3))
    ORDER BY entry_id DESC
    LIMIT $4
  ) AS latest
  ORDER BY entry_id`;
