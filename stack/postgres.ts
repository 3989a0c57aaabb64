import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';

import pg from 'pg';

import { type Child, startChild, type User } from './child.ts';
import { administrator, localLogins, makeLogins } from './database-logins.ts';
import { findPostgres, type PostgresBinaries } from './postgres-binaries.ts';
import type { Preparation } from './preparation.ts';
import { untilReady } from './readiness.ts';
import { runCommand } from './run-command.ts';
import type { StartedServer } from './started-server.ts';
import { SetupError } from './setup-error.ts';
import { unprivilegedUser } from './unprivileged-user.ts';

const databaseName = 'webanalytics';
const startLimitMs = 60_000;

/** Survives a crash of the machine only where the data are meant to be kept. */
const settings = (port: number, kept: boolean): Record<string, string> => ({
  port: String(port),
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  // When a row was committed, for the load test: a row's own clock stops before its commit.
  track_commit_timestamp: 'on',
  fsync: kept ? 'on' : 'off',
  synchronous_commit: kept ? 'on' : 'off',
  full_page_writes: kept ? 'on' : 'off',
});

export async function startPostgres(
  plan: { port: number; dataDirectory: string; kept: boolean },
  preparation: Preparation,
): Promise<StartedServer> {
  const { report, signal, guard } = preparation;
  const user = unprivilegedUser();
  // The server's user must be able to pass through; what is in the folder has its own, narrow rights.
  if (user) await chmod(plan.dataDirectory, 0o711);
  const { found: binaries, from } = await findPostgres(user, plan.dataDirectory, preparation);
  const directory = join(plan.dataDirectory, 'postgres');
  const password = await keepPassword(join(plan.dataDirectory, 'postgres-password'));
  if (!existsSync(directory)) {
    report(`from ${from}; making a new database`);
    await initialise({ ...plan, directory, binaries, user, password }, preparation);
  }
  report(`from ${from}; waiting until it answers on port ${plan.port}`);
  const child = await startChild({
    name: 'PostgreSQL',
    command: binaries.postgres,
    arguments: [
      '-D',
      directory,
      ...Object.entries(settings(plan.port, plan.kept)).flatMap(([k, v]) => ['-c', `${k}=${v}`]),
    ],
    environment: serverEnvironment(preparation.environment),
    logFile: join(plan.dataDirectory, 'postgres.log'),
    guard,
    user,
    // The fast shutdown: it does not wait for clients to leave.
    stopSignal: 'SIGINT',
  });
  await readyOrStopped(child, () => makeDatabase(plan.port, password), signal);
  return {
    child,
    from,
    address: `127.0.0.1:${plan.port}`,
    environment: {
      DB_HOST: '127.0.0.1',
      DB_PORT: String(plan.port),
      DB_NAME: databaseName,
      ...localLogins(password),
    },
  };
}

async function readyOrStopped(
  child: Child,
  answers: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await untilReady(child, { limitMs: startLimitMs, signal, answers });
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/** The libpq variables of the caller would reach into the server's own programs. */
function serverEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('PG'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

async function keepPassword(path: string): Promise<string> {
  if (existsSync(path)) return (await readFile(path, 'utf8')).trim();
  const password = randomBytes(18).toString('base64url');
  await writeFile(path, password, { mode: 0o600 });
  return password;
}

interface Initialisation {
  readonly dataDirectory: string;
  readonly directory: string;
  readonly binaries: PostgresBinaries;
  readonly user: User | undefined;
  readonly password: string;
  readonly kept: boolean;
}

/** Made under another name and renamed when complete: a start that is cut off leaves no half database. */
async function initialise(plan: Initialisation, preparation: Preparation): Promise<void> {
  const partial = `${plan.directory}.partial`;
  const passwordFile = `${plan.directory}.password`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { mode: 0o700 });
  await writeFile(passwordFile, plan.password, { mode: 0o600 });
  if (plan.user) {
    for (const path of [partial, passwordFile]) await chown(path, plan.user.uid, plan.user.gid);
  }
  const result = await runCommand(
    {
      command: plan.binaries.initdb,
      arguments: [
        ...[
          '--pgdata',
          partial,
          '--username',
          administrator,
          '--pwfile',
          passwordFile,
          '--auth',
          'scram-sha-256',
        ],
        ...[
          '--encoding',
          'UTF8',
          '--locale',
          'C',
          '--locale-provider',
          'builtin',
          '--builtin-locale',
          'C.UTF-8',
        ],
        ...(plan.kept ? [] : ['--no-sync']),
      ],
      environment: serverEnvironment(preparation.environment),
      user: plan.user,
      limitMs: startLimitMs,
    },
    preparation,
  );
  await rm(passwordFile, { force: true });
  if (!result.ok) {
    throw new SetupError(
      plan.user
        ? `PostgreSQL could not make its database in ${plan.dataDirectory}: as root, choose a folder that every user can reach, or start as another user.\n${result.reason}`
        : `PostgreSQL could not make its database in ${plan.dataDirectory}.\n${result.reason}`,
    );
  }
  await rename(partial, plan.directory);
}

/** True once the server takes connections and the database and its logins are there. */
async function makeDatabase(port: number, password: string): Promise<boolean> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: administrator,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 2000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`);
    await makeLogins(client, password);
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}
