import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import type { CodecToken } from '../../settings/codec-tokens.ts';

export const cookieName = 'aisle-codec';

/** Compares texts of any length in a time that tells nothing of them. */
const isSame = (left: string, right: string): boolean =>
  timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest());

/** Who holds the token; `null` for one that nobody has. */
export function holderOf(tokens: readonly CodecToken[], given: string): CodecToken | null {
  // All of them are compared, so that the time does not tell which was nearly right.
  return tokens.filter(({ token }) => isSame(token, given))[0] ?? null;
}

/** What a browser keeps after the log-in: it proves that the token was known, and is not the token. */
export const cookieOf = ({ name, token }: CodecToken): string =>
  `${name}.${createHmac('sha256', token).update('codec server cookie').digest('hex')}`;

export const holderOfCookie = (tokens: readonly CodecToken[], cookie: string): CodecToken | null =>
  tokens.filter((token) => isSame(cookieOf(token), cookie))[0] ?? null;
