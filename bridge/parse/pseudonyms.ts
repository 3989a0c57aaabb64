import { createHmac } from 'node:crypto';

import { remembering } from './remembering.ts';

/** The version of the key, part of every pseudonym so that a rotated key is told apart. */
const keyVersion = 1;
const mostRemembered = 50_000;

export interface Pseudonyms {
  readonly ofUser: (userId: string) => string;
  readonly ofSession: (sessionId: string) => string;
}

/**
 * Keyed HMAC-SHA-256 pseudonyms, cut to 128 bits: `u1_<32 hex digits>` for a user, `s1_…` for a session.
 * The two kinds are apart, so a session id that equals a user id gives no hint. Without the key nobody can tell
 * which id a pseudonym stands for, nor test a guess.
 */
export function createPseudonyms(key: string): Pseudonyms {
  return {
    ofUser: remembering((id) => `u${keyVersion}_${digest(key, 'user', id)}`, mostRemembered),
    ofSession: remembering((id) => `s${keyVersion}_${digest(key, 'session', id)}`, mostRemembered),
  };
}

function digest(key: string, kind: string, id: string): string {
  return createHmac('sha256', key).update(`${kind}\u0000${id}`).digest('hex').slice(0, 32);
}
