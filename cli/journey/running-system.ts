import { readSettings, type Settings } from '../../settings/settings.ts';
import { SetupError } from '../../stack/setup-error.ts';
import { readEnvironmentFile } from '../environment-file.ts';

/** The setting that says where the server is that a command asks. */
export type AddressSetting = 'TEMPORAL_ADDRESS' | 'DB_HOST' | 'KAFKA_BOOTSTRAP_SERVERS';

/**
 * The settings of the system to ask: the environment's, else those of a running `up` or `demo`. Throws a `SetupError`
 * where there is neither, and a `SettingsError` for a wrong value.
 */
export async function settingsOfRunningSystem(
  addressSetting: AddressSetting = 'TEMPORAL_ADDRESS',
): Promise<Settings> {
  const environment = environmentOfSystem(process.env, await readEnvironmentFile(), addressSetting);
  if (environment === undefined) {
    throw new SetupError(
      `No Aisle runs from this folder: start one with npm run up or npm run demo, or set ${addressSetting} to that of another one.`,
    );
  }
  return readSettings(environment);
}

/** What is given in the environment, over what a running system has left; undefined when both name no such server. */
export function environmentOfSystem(
  given: NodeJS.ProcessEnv,
  running: Readonly<Record<string, string>> | undefined,
  addressSetting: AddressSetting = 'TEMPORAL_ADDRESS',
): NodeJS.ProcessEnv | undefined {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => Boolean(value)));
  const address = set[addressSetting];
  const isOfAnother = address !== undefined && address !== running?.[addressSetting];
  // Another system's journeys have another key: the local one would only name journeys that are not there.
  if (isOfAnother) return set;
  if (running === undefined) return undefined;
  const unsaid = Object.entries(running).filter(([name]) => !set[otherForm(name)]);
  return { ...Object.fromEntries(unsaid), ...set };
}

/** A secret is set by its name or by a file, never by both. */
function otherForm(name: string): string {
  return name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : `${name}_FILE`;
}
