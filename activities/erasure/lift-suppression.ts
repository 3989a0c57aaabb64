import { longestMemoryMs } from '../../connections/encryption/data-keys.ts';
import { inTransaction, type Database } from '../../connections/postgres.ts';
import { subjectReference } from '../subject-reference.ts';
import { writeAuditEntry } from '../write-audit-entry.ts';
import { findErasure } from './open-erasure.ts';

export type Lifted =
  | { readonly was: 'lifted'; readonly receiptNumber: string }
  | { readonly was: 'not suppressed' }
  | { readonly was: 'being erased'; readonly receiptNumber: string }
  /** Until then a process may write under a destroyed key, which would end the new person's journey. */
  | { readonly was: 'just erased'; readonly possibleFrom: Date };

/** For what a process had asked for when its key was destroyed. */
const marginMs = 5_000;

/**
 * Lets a person, with the visitors that were erased together, come back as a new one: what happens from now on is taken,
 * what happened before stays refused. Nothing links the new person to the receipt but the pseudonym itself.
 */
export function liftSuppression(
  database: Database,
  pseudonyms: readonly string[],
  liftedBy: string,
): Promise<Lifted> {
  return inTransaction(database, async (session): Promise<Lifted> => {
    const erasure = await findErasure(session, pseudonyms);
    if (!erasure) return { was: 'not suppressed' };
    const { receiptNumber, receipt } = erasure;
    if (!receipt) return { was: 'being erased', receiptNumber };
    const possibleFrom = new Date(Date.parse(receipt.completedAt) + longestMemoryMs + marginMs);
    if ((receipt.erased['journey_keys'] ?? 0) > 0 && possibleFrom.getTime() > Date.now())
      return { was: 'just erased', possibleFrom };
    await session.query(
      `UPDATE suppressions SET until = now()
       WHERE until > now() AND receipt_number IN (SELECT receipt_number FROM suppressions WHERE reference = ANY($1))`,
      [pseudonyms.map(subjectReference)],
    );
    await writeAuditEntry(session, { actor: liftedBy, action: 'erasure.lifted', subject: receiptNumber });
    return { was: 'lifted', receiptNumber };
  });
}
