import { createHmac } from 'node:crypto';

import pg from 'pg';

import { type DatabaseRole, loginSettings } from '../connections/database-login.ts';

/** Whoever made the server: a superuser, and so also the owner's login of the local database. */
export const administrator = 'aisle';

/** The settings that name each role's login of the local server. */
export function localLogins(administratorsPassword: string): Record<string, string> {
  const roles = Object.keys(loginSettings) as DatabaseRole[];
  return Object.fromEntries(
    roles.flatMap((role) => {
      const { user, password } = localLogin(role, administratorsPassword);
      return [
        [`${loginSettings[role]}_USER`, user],
        [`${loginSettings[role]}_PASSWORD`, password],
      ];
    }),
  );
}

/** Makes the logins or gives them their passwords; what they may do comes with the migrations. */
export async function makeLogins(client: pg.Client, administratorsPassword: string): Promise<void> {
  for (const role of ['writer', 'eraser', 'reporter'] as const) {
    const { user, password } = localLogin(role, administratorsPassword);
    const name = pg.escapeIdentifier(user);
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [user]);
    if (rowCount === 0) await client.query(`CREATE ROLE ${name} LOGIN`);
    await client.query(`ALTER ROLE ${name} PASSWORD ${pg.escapeLiteral(password)}`);
  }
}

/** Passwords follow from the administrator's, which is kept with the data: they are the same at the next start. */
function localLogin(role: DatabaseRole, administratorsPassword: string): { user: string; password: string } {
  if (role === 'owner') return { user: administrator, password: administratorsPassword };
  const user = `${administrator}_${role}`;
  const password = createHmac('sha256', administratorsPassword).update(user).digest('base64url');
  return { user, password };
}
