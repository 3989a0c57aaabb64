import { z } from 'zod';

/** A key under which ids become pseudonyms. */
export interface PseudonymKey {
  /** Part of each pseudonym: `u2_…` was made under version 2. */
  readonly version: number;
  readonly key: string;
}

export const leastKeyCharacters = 16;
export const greatestKeyVersion = 9_999;

/** A comma or line end may belong to a key; before a version it ends one. */
const between = /[,\n]\s*(?=\d{1,4}:)/;
const entry = /^([1-9]\d{0,3}):(.+)$/;

/** `version:key` of each key that was in use before the present one, behind commas or on lines of their own. */
export const pseudonymKeysBefore = z
  .string()
  .optional()
  .transform((text, context): readonly PseudonymKey[] | undefined => {
    if (text === undefined) return undefined;
    const keys = text.split(between).map((part): PseudonymKey => {
      const [, version = '0', key = ''] = entry.exec(part.trim()) ?? [];
      return { version: Number(version), key };
    });
    const problem = problemOf(keys);
    if (problem === undefined) return keys;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });

function problemOf(keys: readonly PseudonymKey[]): string | undefined {
  if (keys.some(({ version, key }) => version === 0 || key.length < leastKeyCharacters))
    return `expected version:key of each earlier key, the key at least ${leastKeyCharacters} characters; more of them behind commas`;
  const twice = keys.find(({ version }, index) => keys.findIndex((one) => one.version === version) !== index);
  return twice && `expected a version of its own for each key, but ${twice.version} is there twice`;
}

/** What is wrong with the present key beside those before it, each as one sentence. */
export function disagreementsOfKeys(settings: PseudonymKeySettings): string[] {
  const { PSEUDONYM_KEY: key, PSEUDONYM_KEY_VERSION: version, PSEUDONYM_KEYS_BEFORE: before = [] } = settings;
  if (before.some((one) => one.version === version))
    return [
      `PSEUDONYM_KEY_VERSION: expected a version that no key of PSEUDONYM_KEYS_BEFORE has, and ${version} is one of theirs`,
    ];
  if (before.some((one) => one.key === key))
    return ['PSEUDONYM_KEY: expected a new key, and this one is in PSEUDONYM_KEYS_BEFORE'];
  return [];
}

interface PseudonymKeySettings {
  readonly PSEUDONYM_KEY?: string | undefined;
  readonly PSEUDONYM_KEY_VERSION: number;
  readonly PSEUDONYM_KEYS_BEFORE?: readonly PseudonymKey[] | undefined;
}

/** Every known key, the present one first; none without `PSEUDONYM_KEY`. */
export function pseudonymKeysOf(settings: PseudonymKeySettings): readonly PseudonymKey[] {
  const { PSEUDONYM_KEY: key, PSEUDONYM_KEY_VERSION: version, PSEUDONYM_KEYS_BEFORE: before = [] } = settings;
  return key === undefined ? [] : [{ version, key }, ...before];
}
