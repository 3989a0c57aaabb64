import { createLog } from '../../connections/log.ts';
import { migrate } from '../../connections/migrate.ts';
import { connectPostgres, type Database } from '../../connections/postgres.ts';
import { readSettings, type Settings } from '../../settings/settings.ts';
import type { Guard } from '../../stack/guard.ts';
import { anyFreePorts } from '../../stack/ports.ts';
import { pseudonymKeySettings } from '../../stack/pseudonym-key.ts';
import { startServers } from '../../stack/servers.ts';
import type { Bench } from './scenario.ts';

export interface FreshPostgres {
  /** As the writer. */
  readonly database: Database;
  readonly owner: Database;
  readonly settings: Settings;
  /** For one of Aisle's commands, as a process of its own. */
  readonly environment: NodeJS.ProcessEnv;
  /** Removed afterwards. */
  readonly dataDirectory: string;
  readonly guard: Guard;
}

/** Starts a PostgreSQL with nothing but the schema in it, runs `work`, and stops it again. */
export async function onFreshPostgres<Value>(
  { signal, tell }: Bench,
  work: (postgres: FreshPostgres) => Promise<Value>,
): Promise<Value> {
  tell('Starting PostgreSQL.');
  const servers = await startServers({
    only: ['postgres'],
    ports: anyFreePorts,
    // A figure of a server that others use, or that holds their data, says nothing.
    environment: { ...process.env, DB_HOST: undefined },
    signal,
    report: (subject, message, state) => {
      if (state === 'failed') tell(`${subject}: ${message}`);
    },
  });
  try {
    const { dataDirectory, guard } = servers;
    const key = await pseudonymKeySettings({}, dataDirectory);
    const environment = { ...process.env, ...servers.environment, ...key.settings, AISLE_SKIP_INSTALL: '1' };
    const settings = readSettings(servers.environment);
    const log = createLog('bench', 'silent');
    await migrate(settings, log);
    const database = connectPostgres(settings, log, 'aisle-bench');
    const owner = connectPostgres(settings, log, 'aisle-bench-owner', 'owner');
    return await work({ database, owner, settings, environment, dataDirectory, guard }).finally(() =>
      Promise.all([database.end(), owner.end()]),
    );
  } finally {
    tell('Stopping.');
    await servers.stop();
  }
}
