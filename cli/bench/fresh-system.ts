import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connectKafka, type KafkaConnection, type MessageProducer } from '../../connections/kafka.ts';
import { createLog } from '../../connections/log.ts';
import { readSettings, type Settings } from '../../settings/settings.ts';
import { externalServers } from '../../stack/external-servers.ts';
import { isPortTaken, readPorts, type Ports } from '../../stack/ports.ts';
import { SetupError } from '../../stack/setup-error.ts';
import { startSystem, type RunningSystem } from '../../stack/system.ts';
import { withStores } from '../demo/connect.ts';
import type { Stores } from '../demo/observer.ts';
import type { Bench } from './scenario.ts';

export interface FreshSystem {
  readonly running: RunningSystem;
  readonly settings: Settings;
  readonly stores: Stores;
  readonly kafka: KafkaConnection;
  readonly send: Send;
  /** When the bridge had its partitions and began to read, milliseconds since 1970. */
  readonly readingSince: number;
}

export interface FreshSystemPlan {
  /** Settings of bridge and worker, for example short deadlines. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A commit is on the disk before it is answered, as where data are kept; without it servers forget at a crash. */
  readonly durable?: boolean;
  /** Writes what the bridge finds on the topic when it begins to read. */
  readonly backlog?: (send: Send) => Promise<void>;
}

export type Send = (messages: Parameters<MessageProducer['send']>[1]) => Promise<void>;

/**
 * Starts servers, bridge and worker with nothing in them, runs `work`, and stops everything again. Rejects with what
 * `work` rejects with, with a `SetupError` when the system cannot start or does not survive, or with the signal's reason.
 */
export async function onFreshSystem<Value>(
  { signal, tell }: Bench,
  plan: FreshSystemPlan,
  work: (system: FreshSystem) => Promise<Value>,
): Promise<Value> {
  refuseServersOfOthers(process.env);
  tell('Starting servers, bridge and worker.');
  let readingSince = 0;
  const { backlog } = plan;
  const directory = plan.durable ? await mkdtemp(join(tmpdir(), 'aisle-bench-')) : undefined;
  const removeDirectory = async (): Promise<void> => {
    if (directory) await rm(directory, { recursive: true, force: true });
  };
  const running = await startSystem({
    environment: plan.environment ?? {},
    dataDirectory: directory,
    ports: await portsThatAreFree(),
    signal,
    report: (subject, message, state) => {
      if (subject === 'bridge' && state === 'done') readingSince = Date.now();
      if (state === 'failed' || /\d s|once/.test(message)) tell(`${subject}: ${message}`);
    },
    ...(backlog
      ? {
          beforeBridge: (environment) =>
            withStores(readSettings(environment), (stores, producer) =>
              backlog((messages) => producer.send(stores.topics.rawEvents.name, messages)),
            ),
        }
      : {}),
  }).catch(async (error: unknown) => {
    await removeDirectory();
    throw error;
  });
  try {
    const settings = readSettings(running.environment);
    const kafka = connectKafka(settings, createLog('bench', 'silent'));
    const working = withStores(settings, (stores, producer) =>
      work({
        running,
        settings,
        stores,
        kafka,
        send: (messages) => producer.send(stores.topics.rawEvents.name, messages),
        readingSince,
      }),
    );
    return await Promise.race([working, rejectingOn(signal), running.failure.then(raise)]);
  } finally {
    tell('Stopping.');
    await running.stop();
    await removeDirectory();
  }
}

/** A figure of a system that others use, or that holds their data, says nothing. */
function refuseServersOfOthers(environment: NodeJS.ProcessEnv): void {
  const { kafka, postgres, temporal } = externalServers(environment);
  if (kafka ?? postgres ?? temporal) {
    throw new SetupError(
      'The bench measures servers that it starts itself: unset KAFKA_BOOTSTRAP_SERVERS, DB_HOST and TEMPORAL_ADDRESS.',
    );
  }
}

/** The usual ports; any free one where a usual one is taken, as by a demo beside the bench. */
async function portsThatAreFree(): Promise<Ports> {
  const wanted = readPorts(process.env);
  const free = async (port: number): Promise<number> => (port > 0 && (await isPortTaken(port)) ? 0 : port);
  return {
    kafka: await free(wanted.kafka),
    postgres: await free(wanted.postgres),
    temporal: await free(wanted.temporal),
    temporalUi: await free(wanted.temporalUi),
  };
}

function rejectingOn(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const refuse = (): void => reject(signal.reason as Error);
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
}

function raise(error: Error): never {
  throw error;
}
