import { randomBytes } from 'node:crypto';

import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';

import { createPseudonyms, type Pseudonyms } from '../../bridge/parse/pseudonyms.ts';
import { connectKafka, type KafkaConnection } from '../../connections/kafka.ts';
import { createLog, type Log } from '../../connections/log.ts';
import { connectPostgres, type Database } from '../../connections/postgres.ts';
import { topicsWithPrefix, type Topics } from '../../events/topics.ts';
import { environmentSchema, readSettings, secretNames, type Settings } from '../../settings/settings.ts';
import { Guard } from '../../stack/guard.ts';
import { environmentOf } from '../../stack/process-environment.ts';
import { AisleProcess } from './aisle-process.ts';
import { createTestDatabase, dropTestDatabase, type PostgresServer } from './test-database.ts';

interface Servers {
  readonly kafka: string;
  readonly postgres: PostgresServer;
  readonly temporal: string;
}

/** Aisle as one test file sees it: on the shared servers, with topics, groups, task queue, key and database of its own. */
export interface Deployment {
  readonly environment: NodeJS.ProcessEnv;
  readonly settings: Settings;
  readonly topics: Topics;
  readonly kafka: KafkaConnection;
  /** As the writer, as bridge and worker are. */
  readonly database: Database;
  /** As the owner, whose the tables are: for what a test clears away or breaks. */
  readonly owner: Database;
  /** As the server's superuser, for what a test looks up about the server. */
  readonly administrator: Database;
  readonly temporal: Client;
  readonly pseudonyms: Pseudonyms;
  readonly log: Log;
  /** Every process that was started, ended ones included. */
  readonly processes: readonly AisleProcess[];
  /** Starts `bridge` or `worker` without waiting for it; `changes` go over the environment. */
  readonly start: (name: 'bridge' | 'worker', changes?: Record<string, string>) => AisleProcess;
  /** Runs `aisle migrate` to its end. */
  readonly migrate: () => Promise<void>;
  /** Ends every process and takes away what would go on by itself: the schedules and the database. */
  readonly close: () => Promise<void>;
}

/** `changes` go over the environment, `elsewhere` over the servers that all tests share. */
export async function deploy(
  changes: Record<string, string> = {},
  elsewhere: Partial<Servers> = {},
): Promise<Deployment> {
  const servers: Servers = {
    kafka: inject('kafka'),
    postgres: inject('postgres'),
    temporal: inject('temporal'),
    ...elsewhere,
  };
  const name = `test-${randomBytes(4).toString('hex')}`;
  const { postgres } = servers;
  const { name: databaseName, logins } = await createTestDatabase(postgres);
  const pseudonymKey = randomBytes(24).toString('hex');
  const environment: NodeJS.ProcessEnv = {
    ...withoutSettings(process.env),
    KAFKA_BOOTSTRAP_SERVERS: servers.kafka,
    KAFKA_TOPIC_PREFIX: `${name}.`,
    KAFKA_GROUP_PREFIX: name,
    DB_HOST: postgres.host,
    DB_PORT: String(postgres.port),
    DB_NAME: databaseName,
    DB_USER: logins.writer.user,
    DB_PASSWORD: logins.writer.password,
    DB_OWNER_USER: logins.owner.user,
    DB_OWNER_PASSWORD: logins.owner.password,
    DB_ERASER_USER: logins.eraser.user,
    DB_ERASER_PASSWORD: logins.eraser.password,
    DB_REPORTER_USER: logins.reporter.user,
    DB_REPORTER_PASSWORD: logins.reporter.password,
    TEMPORAL_ADDRESS: servers.temporal,
    TEMPORAL_TASK_QUEUE: name,
    PSEUDONYM_KEY: pseudonymKey,
    // One worker and one thread a process: the dozens that the tests start would each begin with sixteen and four.
    MAX_CACHED_JOURNEYS: '500',
    ...changes,
  };
  const settings = readSettings(environment);
  const log = createLog('test', 'silent');
  const database = connectPostgres(settings, log, 'aisle-test');
  const owner = connectPostgres(settings, log, 'aisle-test-owner', 'owner');
  const administrator = connectPostgres(
    { ...settings, DB_USER: postgres.user, DB_PASSWORD: postgres.password },
    log,
    'aisle-test-administrator',
  );
  const connection = await Connection.connect({ address: servers.temporal });
  const temporal = new Client({ connection });
  const guard = new Guard();
  const processes: AisleProcess[] = [];
  const run = (command: 'bridge' | 'worker' | 'migrate', own: Record<string, string> = {}): AisleProcess => {
    const all = { ...environment, ...own };
    const started = new AisleProcess(
      command,
      command === 'migrate' ? all : environmentOf(command, all),
      guard,
    );
    processes.push(started);
    return started;
  };
  return {
    environment,
    settings,
    topics: topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX),
    kafka: connectKafka(settings, log),
    database,
    owner,
    administrator,
    temporal,
    pseudonyms: createPseudonyms({ version: 1, key: pseudonymKey }),
    log,
    processes,
    start: run,
    migrate: async () => {
      const migration = run('migrate');
      const how = await migration.ended;
      if (how !== 'exit code 0') throw new Error(`aisle migrate ended with ${how}:\n${migration.output}`);
    },
    close: async () => {
      await Promise.all(processes.map((started) => started.stop()));
      await guard.close();
      // Without a worker it would start a workflow a second that nobody runs.
      for (const schedule of ['roll-up', 'retention'])
        await temporal.schedule
          .getHandle(`${schedule}/${name}`)
          .delete()
          .catch(() => undefined);
      await connection.close();
      await Promise.all([database, owner, administrator].map((pool) => pool.end()));
      await dropTestDatabase(postgres, databaseName);
    },
  };
}

/** What the shell of whoever runs the tests has set is not for these processes. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = new Set([
    ...Object.keys(environmentSchema.shape),
    ...secretNames.map((name) => `${name}_FILE`),
  ]);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.has(name)));
}
