import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from '@temporalio/client';

import type { Database } from '../../connections/postgres.ts';
import {
  erasureQueryName,
  erasureWorkflowId,
  type ErasureProgress,
  type ErasureReceipt,
} from '../../events/erasure.ts';
import { SetupError } from '../../stack/setup-error.ts';

export interface AwaitedErasure {
  readonly database: Database;
  readonly client: Client;
  readonly receiptNumber: string;
  readonly waitMs: number;
}

const askEveryMs = 250;
const longestAnswerMs = 2_000;
const worryAfterMs = 10_000;

/**
 * Resolves to the receipt as soon as there is one; meanwhile says on stderr what is being done. Throws a `SetupError` when
 * there is none within `waitMs`: the erasure goes on.
 */
export async function waitForReceipt(awaited: AwaitedErasure): Promise<ErasureReceipt> {
  const { database, receiptNumber, waitMs } = awaited;
  const startedAt = Date.now();
  let said = '';
  const say = (line: string): void => {
    if (line !== said) process.stderr.write(`${line}\n`);
    said = line;
  };
  for (;;) {
    const { rows } = await database.query<{ receipt: ErasureReceipt | null }>(
      'SELECT receipt FROM erasures WHERE receipt_number = $1',
      [receiptNumber],
    );
    if (rows[0]?.receipt) return rows[0].receipt;
    const waited = Date.now() - startedAt;
    if (waited >= waitMs) {
      throw new SetupError(
        `Receipt ${receiptNumber} is not there after ${Math.round(waitMs / 1000)} s. The erasure goes on: run the command again to see it.`,
      );
    }
    const progress = await readProgress(awaited);
    if (progress) say(progress.round > 1 ? `${progress.step} (round ${progress.round})` : progress.step);
    else if (waited > worryAfterMs && said === '')
      say(
        'no worker has taken it up so far: see that npm run worker runs; the erasure begins by itself then',
      );
    await sleep(askEveryMs);
  }
}

/** `null` when no worker answers. */
async function readProgress({ client, receiptNumber }: AwaitedErasure): Promise<ErasureProgress | null> {
  const handle = client.workflow.getHandle(erasureWorkflowId(receiptNumber));
  try {
    return await client.withDeadline(Date.now() + longestAnswerMs, () =>
      handle.query<ErasureProgress>(erasureQueryName),
    );
  } catch {
    return null;
  }
}
