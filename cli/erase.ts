import { pseudonymKeysOf } from '../settings/pseudonym-keys.ts';
import { erasePerson } from './erase/erase-person.ts';
import { receiptText } from './erase/receipt-text.ts';
import { journeyIdsOf, type Shopper } from './journey/journey-id.ts';
import { settingsOfRunningSystem } from './journey/running-system.ts';

export type EraseOptions = Shopper & {
  /** Suppress the person even if nothing is held. */
  readonly force: boolean;
  readonly json: boolean;
  /** How long to wait for the receipt, milliseconds; the erasure goes on either way. */
  readonly waitMs: number;
};

/**
 * Has a person erased and prints the receipt on stdout, progress on stderr. Throws a `SetupError` with one sentence when
 * nothing is held, or a server or worker is away; no output holds the id that was given.
 */
export async function runErase({ force, json, waitMs, ...shopper }: EraseOptions): Promise<void> {
  const settings = await settingsOfRunningSystem();
  const pseudonyms = journeyIdsOf(shopper, pseudonymKeysOf(settings));
  const { receipt, isFirst } = await erasePerson(settings, { pseudonyms, force, waitMs });
  if (!isFirst) process.stderr.write('Erased before: this is the first receipt.\n');
  process.stdout.write(`${json ? JSON.stringify(receipt) : receiptText(receipt)}\n`);
}
