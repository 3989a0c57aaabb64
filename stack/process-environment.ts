import { secretNames } from '../settings/settings.ts';

/** What a process has no use for, and so does not get: a bridge that is broken into must not be able to erase. */
const withheld = {
  bridge: /^DB_(OWNER|ERASER|REPORTER)_(USER|PASSWORD)/,
  worker: /^DB_OWNER_(USER|PASSWORD)/,
} as const;

/** The environment of one of Aisle's processes: all of it, but for the database logins of others. */
export function environmentOf(
  process: keyof typeof withheld,
  environment: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const given = Object.entries(environment).filter(([name]) => !withheld[process].test(name));
  return Object.fromEntries(given);
}

/** What is left of settings without the secrets in them. */
export function withoutSecrets(settings: Readonly<Record<string, string>>): Record<string, string> {
  const secrets: readonly string[] = secretNames;
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !secrets.includes(name)));
}
