import { runBridge as run } from '../bridge/bridge.ts';
import { pseudonymKeysOf } from '../settings/pseudonym-keys.ts';
import { SettingsError } from '../settings/settings-error.ts';
import { runUntilStopped } from '../workers/run-until-stopped.ts';

/** `npm run bridge`: one bridge process, configured by the environment. */
export function runBridge(): Promise<void> {
  return runUntilStopped('bridge', ({ settings, ...running }) => {
    const pseudonymKeys = pseudonymKeysOf(settings);
    if (pseudonymKeys.length === 0) {
      throw new SettingsError([
        'PSEUDONYM_KEY: expected a secret of at least 16 characters; without it no id may pass the bridge',
      ]);
    }
    return run({ settings, pseudonymKeys, ...running });
  });
}
