import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describeSchema } from '../connections/describe-schema.ts';
import { createLog } from '../connections/log.ts';
import { migrate } from '../connections/migrate.ts';
import { connectPostgres, inTransaction } from '../connections/postgres.ts';
import { projectRoot } from '../connections/sql-file.ts';
import { readSettings } from '../settings/settings.ts';
import { anyFreePorts } from '../stack/ports.ts';
import { openProgress } from '../stack/progress.ts';
import { startServers } from '../stack/servers.ts';

export const schemaFile = join(projectRoot, 'sql', 'schema.sql');

/** `npm run schema`: runs all migrations on a PostgreSQL of its own and writes what they build to `sql/schema.sql`. */
export async function runSchema(): Promise<void> {
  const progress = openProgress(['PostgreSQL']);
  const servers = await startServers({
    only: ['postgres'],
    ports: anyFreePorts,
    // A configured server is somebody's: its schema is not written over, nor taken for what the migrations build.
    environment: { ...process.env, DB_HOST: undefined },
    report: progress.report,
  }).finally(() => progress.close());
  try {
    const settings = readSettings(servers.environment);
    const log = createLog('schema', 'error');
    await migrate(settings, log);
    const database = connectPostgres(settings, log, 'aisle-schema');
    await writeFile(schemaFile, await inTransaction(database, describeSchema).finally(() => database.end()));
    process.stdout.write(`${schemaFile}\n`);
  } finally {
    await servers.stop();
  }
}
