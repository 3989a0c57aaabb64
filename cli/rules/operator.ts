import { userInfo } from 'node:os';

/** Who runs the command, for the audit log: the name of the login, as long as the system knows one. */
export function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number without a name.
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
