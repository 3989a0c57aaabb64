import { createParser } from '../bridge/parse/parse-event.ts';
import { createPseudonyms } from '../bridge/parse/pseudonyms.ts';
import { SettingsError } from '../settings/settings-error.ts';
import type { Settings } from '../settings/settings.ts';

/** The bridge's parser. Throws a `SettingsError` without the bridge's key. */
export function parserOf(settings: Settings) {
  const { PSEUDONYM_KEY: key } = settings;
  if (key === undefined) {
    throw new SettingsError([
      'PSEUDONYM_KEY: expected the secret of the bridge; with another one old events would be those of other people',
    ]);
  }
  return createParser(createPseudonyms(key), {
    maxEventBytes: settings.MAX_EVENT_BYTES,
    clockSkewLimitMs: settings.CLOCK_SKEW_LIMIT,
  });
}
