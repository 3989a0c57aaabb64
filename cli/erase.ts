import type { Client } from '@temporalio/client';

import { holdsAnything } from '../activities/erasure/holds-anything.ts';
import { findErasure, openErasure } from '../activities/erasure/open-erasure.ts';
import { startErasure } from '../activities/erasure/start-erasure.ts';
import type { Database } from '../connections/postgres.ts';
import type { ErasureReceipt } from '../events/erasure.ts';
import { pseudonymKeysOf } from '../settings/pseudonym-keys.ts';
import type { Settings } from '../settings/settings.ts';
import { SetupError } from '../stack/setup-error.ts';
import { askDatabase } from './ask-database.ts';
import { receiptText } from './erase/receipt-text.ts';
import { waitForReceipt } from './erase/wait-for-receipt.ts';
import { askTemporal } from './journey/ask-temporal.ts';
import { journeyIdsOf, type Shopper } from './journey/journey-id.ts';
import { settingsOfRunningSystem } from './journey/running-system.ts';
import { operatorName } from './operator-name.ts';

export type EraseOptions = Shopper & {
  /** Suppress the person even if nothing is held. */
  readonly force: boolean;
  readonly json: boolean;
  /** How long to wait for the receipt, milliseconds; the erasure goes on either way. */
  readonly waitMs: number;
};

/** Room for connecting and starting, beside the wait. */
const otherCallsMs = 30_000;

/**
 * Has a person erased and prints the receipt on stdout, progress on stderr. Throws a `SetupError` with one sentence when
 * nothing is held, or a server or worker is away; no output holds the id that was given.
 */
export async function runErase({ force, json, waitMs, ...shopper }: EraseOptions): Promise<void> {
  const settings = await settingsOfRunningSystem();
  const pseudonyms = journeyIdsOf(shopper, pseudonymKeysOf(settings));
  const eraseIn = (database: Database) =>
    askTemporal(
      settings,
      (client) => erase({ settings, database, client, pseudonyms, force, waitMs }),
      waitMs + otherCallsMs,
    );
  const { receipt, isFirst } = await askDatabase(settings, eraseIn, 'eraser');
  if (!isFirst) process.stderr.write('Erased before: this is the first receipt.\n');
  process.stdout.write(`${json ? JSON.stringify(receipt) : receiptText(receipt)}\n`);
}

interface Erasing {
  readonly settings: Settings;
  readonly database: Database;
  readonly client: Client;
  readonly pseudonyms: readonly string[];
  readonly force: boolean;
  readonly waitMs: number;
}

async function erase({ settings, database, client, pseudonyms, force, waitMs }: Erasing) {
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
