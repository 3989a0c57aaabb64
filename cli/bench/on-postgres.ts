import { createLog } from '../../connections/log.ts';
import { migrate } from '../../connections/migrate.ts';
import { connectPostgres, type Database } from '../../connections/postgres.ts';
import { readSettings } from '../../settings/settings.ts';
import { anyFreePorts } from '../../stack/ports.ts';
import { startServers } from '../../stack/servers.ts';
import type { Bench } from './scenario.ts';

/** Starts a PostgreSQL with nothing but the schema in it, runs `work` as the writer, and stops it again. */
export async function onFreshPostgres<Value>(
  { signal, tell }: Bench,
  work: (database: Database) => Promise<Value>,
): Promise<Value> {
  tell('Starting PostgreSQL.');
  const servers = await startServers({
    only: ['postgres'],
    ports: anyFreePorts,
    // A figure of a server that others use, or that holds their data, says nothing.
    environment: { ...process.env, DB_HOST: undefined },
    signal,
    report: () => undefined,
  });
  try {
    const settings = readSettings(servers.environment);
    const log = createLog('bench', 'silent');
    await migrate(settings, log);
    const database = connectPostgres(settings, log, 'aisle-bench');
    return await work(database).finally(() => database.end());
  } finally {
    tell('Stopping.');
    await servers.stop();
  }
}
