import type { Settings } from '../settings/settings.ts';

/** Who works on the database: bridge and worker, `aisle migrate`, erasures, reports. */
export type DatabaseRole = 'writer' | 'owner' | 'eraser' | 'reporter';

/** What the settings of a role's login begin with. */
export const loginSettings = {
  writer: 'DB',
  owner: 'DB_OWNER',
  eraser: 'DB_ERASER',
  reporter: 'DB_REPORTER',
} as const satisfies Record<DatabaseRole, string>;

export interface DatabaseLogin {
  /** The start of its settings, such as `DB_OWNER` of `DB_OWNER_USER`. */
  readonly setting: string;
  readonly user: string;
  readonly password: string;
}

/** The login for a role: its own, or that of `DB_USER` where the role has none. */
export function databaseLogin(settings: Settings, role: DatabaseRole): DatabaseLogin {
  const setting = loginSettings[role];
  const user = settings[`${setting}_USER`];
  if (user !== undefined) return { setting, user, password: settings[`${setting}_PASSWORD`] ?? '' };
  return { setting: loginSettings.writer, user: settings.DB_USER, password: settings.DB_PASSWORD };
}
