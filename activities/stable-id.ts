import { createHash } from 'node:crypto';

/** The same 32 hex digits for the same facts, however often they are told; the parts may hold anything but NUL. */
export const stableId = (...parts: readonly (string | number)[]): string =>
  createHash('sha256').update(parts.join('\u0000')).digest('hex').slice(0, 32);
