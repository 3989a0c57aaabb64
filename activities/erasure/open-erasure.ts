import { randomUUID } from 'node:crypto';

import { inTransaction, type Database, type DatabaseSession } from '../../connections/postgres.ts';
import type { ErasureReceipt } from '../../events/erasure.ts';
import { subjectReference } from '../subject-reference.ts';
import { writeAuditEntry } from '../write-audit-entry.ts';

export interface OpenedErasure {
  readonly receiptNumber: string;
  /** The first receipt, where the person has been erased before and nobody has lifted the suppression since. */
  readonly receipt: ErasureReceipt | null;
}

/**
 * Notes that a person is to be erased, in the audit log too, and suppresses the person from this moment on. The person is
 * known by one pseudonym for each version of the key. Asked again it gives what is there: an erasure under way, or the
 * receipt. Nothing happens yet: the workflow of this number does it. `isHeldAgain`: whether something is held all the same, as
 * where the first erasure did not know the pseudonyms of another key; then there is another one.
 */
export function openErasure(
  database: Database,
  pseudonyms: readonly string[],
  requestedBy: string,
  isHeldAgain = false,
): Promise<OpenedErasure> {
  const references = pseudonyms.map(subjectReference);
  return inTransaction(database, async (session) => {
    // Two requests at once wait for one another, and the second finds the first.
    for (const reference of references.toSorted())
      await session.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [reference]);
    const known = await findErasure(session, pseudonyms);
    const first = known?.receipt && isHeldAgain ? null : known;
    const receiptNumber = first?.receiptNumber ?? randomUUID();
    if (!first) {
      await session.query('INSERT INTO erasures (receipt_number, requested_by) VALUES ($1, $2)', [
        receiptNumber,
        requestedBy,
      ]);
    }
    // A pseudonym of a newer key joins an erasure that is under way; one that is over has its receipt.
    if (!first?.receipt) {
      await session.query(
        'INSERT INTO erasure_subjects (receipt_number, journey_id) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING',
        [receiptNumber, pseudonyms],
      );
      await session.query(suppressSubjects, [receiptNumber]);
    }
    if (!first || first.receipt) {
      const action = first ? 'erasure.repeated' : 'erasure.requested';
      await writeAuditEntry(session, { actor: requestedBy, action, subject: receiptNumber });
    }
    return { receiptNumber, receipt: first?.receipt ?? null };
  });
}

/** The erasure of a person who is suppressed, one that is under way rather than the first that is over; null when there is none. */
export async function findErasure(
  database: Database | DatabaseSession,
  pseudonyms: readonly string[],
): Promise<OpenedErasure | null> {
  const { rows } = await database.query<{ receipt_number: string; receipt: ErasureReceipt | null }>(
    `SELECT e.receipt_number, e.receipt
     FROM suppressions s JOIN erasures e USING (receipt_number)
     WHERE s.reference = ANY($1) AND s.until = 'infinity'
     ORDER BY e.completed_at NULLS FIRST LIMIT 1`,
    [pseudonyms.map(subjectReference)],
  );
  const first = rows[0];
  return first ? { receiptNumber: first.receipt_number, receipt: first.receipt } : null;
}

/** Suppresses whom an erasure is about; gives a row for each who was not suppressed so far before. */
export const suppressSubjects = `
  INSERT INTO suppressions AS known (reference, until, receipt_number)
  SELECT subject_reference(journey_id), until, receipt_number FROM erasure_subjects WHERE receipt_number = $1
  ON CONFLICT (reference) DO UPDATE SET until = excluded.until, receipt_number = excluded.receipt_number
  WHERE known.until < excluded.until
  RETURNING reference`;
