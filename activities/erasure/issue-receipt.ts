import { ApplicationFailure } from '@temporalio/common';

import { inTransaction, type Database, type DatabaseSession } from '../../connections/postgres.ts';
import type { ErasureReceipt } from '../../events/erasure.ts';
import { writeAuditEntry } from '../write-audit-entry.ts';
import type { ErasureActivities } from './activities.ts';

interface ErasureRow {
  readonly requested_by: string;
  readonly requested_at: Date;
  readonly receipt: ErasureReceipt | null;
}

/**
 * In one transaction the receipt comes to be and the pseudonyms of the erasure go: from then on nothing in the database
 * tells whom it was about, but to somebody who has the pseudonym key and the user's id.
 */
export function createIssueReceipt(database: Database): ErasureActivities['issueReceipt'] {
  return (receiptNumber, left, topics) =>
    inTransaction(database, async (session) => {
      const { rows } = await session.query<ErasureRow>(
        'SELECT requested_by, requested_at, receipt FROM erasures WHERE receipt_number = $1 FOR UPDATE',
        [receiptNumber],
      );
      const erasure = rows[0];
      if (!erasure) throw ApplicationFailure.nonRetryable(`there is no erasure ${receiptNumber}`);
      if (erasure.receipt) return erasure.receipt;
      const receipt: ErasureReceipt = {
        receiptNumber,
        requestedAt: erasure.requested_at.toISOString(),
        completedAt: new Date().toISOString(),
        pseudonyms: await countOf(session, 'erasure_subjects', receiptNumber),
        erased: {
          ...(await erasedCounts(session, receiptNumber)),
          runs: await countOf(session, 'erasure_runs', receiptNumber),
        },
        left,
        topics,
      };
      await session.query('UPDATE erasures SET completed_at = $2, receipt = $3 WHERE receipt_number = $1', [
        receiptNumber,
        receipt.completedAt,
        JSON.stringify(receipt),
      ]);
      for (const table of ['erasure_subjects', 'erasure_runs', 'erasure_counts'])
        await session.query(`DELETE FROM ${table} WHERE receipt_number = $1`, [receiptNumber]);
      await writeAuditEntry(session, {
        actor: erasure.requested_by,
        action: 'erasure.completed',
        subject: receiptNumber,
        details: { erased: receipt.erased },
        operationId: `erasure.completed/${receiptNumber}`,
      });
      return receipt;
    });
}

async function erasedCounts(
  session: DatabaseSession,
  receiptNumber: string,
): Promise<Record<string, number>> {
  const { rows } = await session.query<{ store: string; erased: number }>(
    'SELECT store, erased FROM erasure_counts WHERE receipt_number = $1 ORDER BY store',
    [receiptNumber],
  );
  return Object.fromEntries(rows.map(({ store, erased }) => [store, erased]));
}

async function countOf(session: DatabaseSession, table: string, receiptNumber: string): Promise<number> {
  const { rows } = await session.query<{ count: number }>(
    `SELECT count(*) AS count FROM ${table} WHERE receipt_number = $1`,
    [receiptNumber],
  );
  return rows[0]?.count ?? 0;
}
