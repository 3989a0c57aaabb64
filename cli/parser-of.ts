import { createKeyedParser } from '../bridge/parse/keyed-parser.ts';
import { pseudonymKeysOf } from '../settings/pseudonym-keys.ts';
import { SettingsError } from '../settings/settings-error.ts';
import type { Settings } from '../settings/settings.ts';

/** The bridge's parser. Throws a `SettingsError` without the bridge's key. */
export function parserOf(settings: Settings) {
  const keys = pseudonymKeysOf(settings);
  if (keys.length === 0) {
    throw new SettingsError([
      'PSEUDONYM_KEY: expected the secret of the bridge; with another one old events would be those of other people',
    ]);
  }
  return createKeyedParser(keys, settings);
}
