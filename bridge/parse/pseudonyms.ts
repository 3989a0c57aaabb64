import { createHmac } from 'node:crypto';

import type { PseudonymKey } from '../../settings/pseudonym-keys.ts';
import { remembering } from './remembering.ts';

const mostRemembered = 50_000;

export interface Pseudonyms {
  readonly ofUser: (userId: string) => string;
  readonly ofSession: (sessionId: string) => string;
}

/**
 * Keyed HMAC-SHA-256 pseudonyms, cut to 128 bits: `u1_<32 hex digits>` for a user, `s1_…` for a session, the number being the
 * key's version. The two kinds are apart, so a session id that equals a user id gives no hint. Without the key nobody can
 * tell which id a pseudonym stands for, nor test a guess.
 */
export function createPseudonyms({ key, version }: PseudonymKey): Pseudonyms {
  return {
    ofUser: remembering((id) => `u${version}_${digest(key, 'user', id)}`, mostRemembered),
    ofSession: remembering((id) => `s${version}_${digest(key, 'session', id)}`, mostRemembered),
  };
}

function digest(key: string, kind: string, id: string): string {
  return createHmac('sha256', key).update(`${kind}\u0000${id}`).digest('hex').slice(0, 32);
}
