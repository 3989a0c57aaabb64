import { userInfo } from 'node:os';

import type { Settings } from '../settings/settings.ts';

/** Who the audit log says has run a command. */
export function operatorName({ AUDIT_ACTOR: configured }: Settings): string {
  if (configured !== undefined) return configured;
  try {
    return userInfo().username;
  } catch {
    // In a container a user may have a number and no name.
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
