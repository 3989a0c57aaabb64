import type { Client } from '@temporalio/client';

import { holdsAnything } from '../../activities/erasure/holds-anything.ts';
import { findErasure, openErasure } from '../../activities/erasure/open-erasure.ts';
import { startErasure } from '../../activities/erasure/start-erasure.ts';
import type { Database } from '../../connections/postgres.ts';
import type { ErasureReceipt } from '../../events/erasure.ts';
import type { Settings } from '../../settings/settings.ts';
import { SetupError } from '../../stack/setup-error.ts';
import { askDatabase } from '../ask-database.ts';
import { askTemporal } from '../journey/ask-temporal.ts';
import { operatorName } from '../operator-name.ts';
import { waitForReceipt } from './wait-for-receipt.ts';

export interface ErasureRequest {
  /** Of one person, one for each version of the key. */
  readonly pseudonyms: readonly string[];
  /** Suppress the person even if nothing is held. */
  readonly force: boolean;
  /** How long to wait for the receipt, milliseconds; the erasure goes on either way. */
  readonly waitMs: number;
}

export interface Erased {
  readonly receipt: ErasureReceipt;
  /** False where the person had been erased before: then it is the receipt of that time. */
  readonly isFirst: boolean;
}

/** Room for connecting and starting, beside the wait. */
const otherCallsMs = 30_000;

/**
 * Has a person erased, with connections of its own, and resolves to the receipt. Throws a `SetupError` with one sentence when
 * nothing is held, a server or worker is away, or there is no receipt within `waitMs`.
 */
export function erasePerson(settings: Settings, request: ErasureRequest): Promise<Erased> {
  const eraseIn = (database: Database): Promise<Erased> =>
    askTemporal(
      settings,
      (client) => erase(settings, database, client, request),
      request.waitMs + otherCallsMs,
    );
  return askDatabase(settings, eraseIn, 'eraser');
}

async function erase(
  settings: Settings,
  database: Database,
  client: Client,
  { pseudonyms, force, waitMs }: ErasureRequest,
): Promise<Erased> {
  const known = await findErasure(database, pseudonyms);
  const isAnythingHeld = await holdsAnything(database, client.workflow, pseudonyms);
  if (!known && !force && !isAnythingHeld) {
    throw new SetupError(
      `Nothing is held about ${pseudonyms.join(' or ')}, no row and no journey, and nothing was changed. With --force the person is suppressed all the same, so that events on their way are refused.`,
    );
  }
  const { receiptNumber, receipt } = await openErasure(
    database,
    pseudonyms,
    operatorName(settings),
    Boolean(known?.receipt) && isAnythingHeld,
  );
  if (receipt) return { receipt, isFirst: false };
  await startErasure(client.workflow, settings.TEMPORAL_TASK_QUEUE, receiptNumber);
  const issued: ErasureReceipt = await waitForReceipt({ database, client, receiptNumber, waitMs });
  return { receipt: issued, isFirst: true };
}
