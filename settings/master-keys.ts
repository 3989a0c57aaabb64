import { z } from 'zod';

/** A key that wraps the keys of users. */
export interface MasterKey {
  /** Kept beside everything that the key wraps. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

const keyBytes = 32;
const entry = /^([\w.-]{1,32}):([A-Za-z0-9+/_-]{43}=?)$/;

/** `id:key`, the key as base64 of 32 bytes; behind a comma older ones, for what they still wrap. The first wraps what is new. */
export const masterKeys = z
  .string()
  .optional()
  .transform((text, context): readonly MasterKey[] | undefined => {
    if (text === undefined) return undefined;
    const keys = text.split(',').map((part): MasterKey => {
      const [, id = '', encoded = ''] = entry.exec(part.trim()) ?? [];
      return { id, key: Buffer.from(encoded, 'base64') };
    });
    const ids = new Set(keys.map(({ id }) => id));
    if (keys.every(({ key }) => key.length === keyBytes) && ids.size === keys.length) return keys;
    context.addIssue({
      code: 'custom',
      message:
        'expected id:key, the key 32 random bytes as base64; more of them, each with an id of its own, behind commas',
    });
    return z.NEVER;
  });
