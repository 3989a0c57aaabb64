import type { Database, DatabaseSession } from '../connections/postgres.ts';
import type { AuditEntry } from '../events/audit-entry.ts';

/** Appends an entry to the audit log; in a session's transaction it is there if and only if what it tells of is. */
export async function writeAuditEntry(
  database: Database | DatabaseSession,
  { actor, action, subject, details, operationId }: AuditEntry,
): Promise<void> {
  await database.query('SELECT write_audit_entry($1, $2, $3, $4, $5)', [
    actor,
    action,
    subject,
    JSON.stringify(details ?? {}),
    operationId ?? null,
  ]);
}
