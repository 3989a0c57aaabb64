import { createHash } from 'node:crypto';

/**
 * How the audit log names somebody: the SHA-256 of the pseudonym, 64 hex digits. A pseudonym
 * has 128 bits that only the pseudonym key can make, so no guess at a user id can be tested against a reference, and no
 * pseudonym can be read from it.
 */
export const subjectReference = (pseudonym: string): string =>
  createHash('sha256').update(pseudonym).digest('hex');
