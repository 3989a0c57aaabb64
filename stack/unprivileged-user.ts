import { readFileSync } from 'node:fs';

import type { User } from './child.ts';

/** PostgreSQL refuses to run as root: then it runs as `nobody`. Undefined where this process is not root. */
export function unprivilegedUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return findUser(readFileSync('/etc/passwd', 'utf8'), 'nobody') ?? { uid: 65_534, gid: 65_534 };
}

export function findUser(passwd: string, name: string): User | undefined {
  for (const line of passwd.split('\n')) {
    const [userName, , uid, gid] = line.split(':');
    if (userName === name && /^\d+$/.test(uid ?? '')) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}
