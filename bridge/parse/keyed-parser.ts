import type { PseudonymKey } from '../../settings/pseudonym-keys.ts';
import type { Settings } from '../../settings/settings.ts';
import { createParser, type Parsed, type RawMessage } from './parse-event.ts';
import { createPseudonyms } from './pseudonyms.ts';

/** The parser under the first of the keys; what ids were under the others goes with each event. Throws without a key. */
export function createKeyedParser(
  keys: readonly PseudonymKey[],
  settings: Pick<Settings, 'MAX_EVENT_BYTES' | 'CLOCK_SKEW_LIMIT'>,
): (message: RawMessage) => Parsed {
  const [present, ...earlier] = keys.map(createPseudonyms);
  if (present === undefined) throw new Error('there is no pseudonym key');
  const limits = { maxEventBytes: settings.MAX_EVENT_BYTES, clockSkewLimitMs: settings.CLOCK_SKEW_LIMIT };
  return createParser(present, limits, earlier);
}
