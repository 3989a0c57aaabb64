import { readFileSync } from 'node:fs';

import { SettingsError } from './settings-error.ts';

/** Every `NAME_FILE` stands for a `NAME` that is read from that file, so that secrets stay out of the environment. */
export function withSecretsFromFiles(
  environment: NodeJS.ProcessEnv,
  secretNames: readonly string[],
): NodeJS.ProcessEnv {
  const resolved = { ...environment };
  for (const name of secretNames) {
    const path = environment[`${name}_FILE`];
    if (!path) continue;
    if (environment[name])
      throw new SettingsError([`${name} and ${name}_FILE are both set: set one of them`]);
    try {
      resolved[name] = readFileSync(path, 'utf8').trim();
    } catch (error) {
      throw new SettingsError([
        `${name}_FILE: cannot read the file (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
      ]);
    }
  }
  return resolved;
}
