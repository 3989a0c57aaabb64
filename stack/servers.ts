import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makeRoomyDirectory, megabytesToRun } from './disk-space.ts';
import { externalServers, settingsOfExternal, type ExternalServers } from './external-servers.ts';
import { Guard } from './guard.ts';
import { startKafka } from './kafka.ts';
import { type Ports, readPorts, settlePorts } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { cacheDirectory, type Preparation } from './preparation.ts';
import type { Report } from './progress.ts';
import { troubleWith } from './readiness.ts';
import { SetupError } from './setup-error.ts';
import type { StartedServer } from './started-server.ts';
import { startTemporal } from './temporal.ts';

export interface ServersPlan {
  /** Keeps the data between runs; without it they live in a temporary folder that `stop` removes. */
  readonly dataDirectory?: string | undefined;
  /** Without them, those of the environment (`AISLE_KAFKA_PORT` …). 0 stands for any free one. */
  readonly ports?: Ports;
  /** Says which servers are configured already and so are not started. Default: this process's environment. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Leaves out all others, whether configured or not. Without it all three are there. */
  readonly only?: readonly (keyof ExternalServers)[];
  readonly report: Report;
  /** Calls the start off: what was started is stopped, and `startServers` rejects. */
  readonly signal?: AbortSignal | undefined;
}

export interface RunningServers {
  /** The settings that point at the servers, by their names in the environment, and `TEMPORAL_UI` where it is known. */
  readonly environment: Readonly<Record<string, string>>;
  /** Holds the data and the logs of what was started. */
  readonly dataDirectory: string;
  readonly guard: Guard;
  /** Of what was started here, by name: `Temporal`, `Kafka`, `PostgreSQL`. Each leads a process group of its own. */
  readonly processIds: Readonly<Record<string, number>>;
  /** Resolves, if ever, when a server ended that nobody stopped. */
  readonly failure: Promise<SetupError>;
  /** Stops Temporal, Kafka and PostgreSQL in this order. May be called again: it is the same stop. */
  stop(): Promise<void>;
}

/** Starts every wanted server that the environment does not configure, all at once. Throws a `SetupError` if one cannot. */
export async function startServers(plan: ServersPlan): Promise<RunningServers> {
  const environment = plan.environment ?? process.env;
  const external = externalServers(environment);
  const isWanted = (server: keyof ExternalServers) => plan.only?.includes(server) ?? true;
  const isStarted = (server: keyof ExternalServers) => isWanted(server) && external[server] === undefined;
  const ports = await settlePorts(plan.ports ?? readPorts(environment), [
    ...(isStarted('kafka') ? (['kafka'] as const) : []),
    ...(isStarted('postgres') ? (['postgres'] as const) : []),
    ...(isStarted('temporal') ? (['temporal', 'temporalUi'] as const) : []),
  ]);
  const guard = new Guard();
  const calledOff = new AbortController();
  const signal = plan.signal ? AbortSignal.any([plan.signal, calledOff.signal]) : calledOff.signal;
  const preparationFor = (subject: string): Preparation => ({
    environment,
    cache: cacheDirectory(environment),
    report: (message) => plan.report(subject, message),
    signal,
    guard,
  });

  const kept = plan.dataDirectory !== undefined;
  let directory: string | undefined;
  const started: { order: number; server: StartedServer }[] = [];
  const start = async (order: number, subject: string, work: () => Promise<StartedServer>): Promise<void> => {
    try {
      const server = await work();
      started.push({ order, server });
      if (!signal.aborted) plan.report(subject, `up at ${server.address}, from ${server.from}`, 'done');
    } catch (error) {
      // What the first failure calls off ends in errors too: they say nothing.
      if (!signal.aborted) plan.report(subject, 'could not be started', 'failed');
      calledOff.abort(error);
      throw error;
    }
  };

  let stopping = false;
  const stopAll = async (): Promise<void> => {
    stopping = true;
    for (const { server } of started.sort((one, other) => one.order - other.order)) await server.child.stop();
    if (!kept && directory !== undefined)
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    await guard.close();
  };

  try {
    const dataDirectory = await makeDataDirectory(plan.dataDirectory, guard);
    directory = dataDirectory;
    const starts: Promise<void>[] = [];
    if (external.temporal && isWanted('temporal'))
      plan.report('Temporal', `the configured one at ${external.temporal}`, 'done');
    if (isStarted('temporal')) {
      const work = { port: ports.temporal, uiPort: ports.temporalUi, dataDirectory, kept };
      starts.push(start(1, 'Temporal', () => startTemporal(work, preparationFor('Temporal'))));
    }
    if (external.kafka && isWanted('kafka'))
      plan.report('Kafka', `the configured one at ${external.kafka}`, 'done');
    if (isStarted('kafka')) {
      const work = { port: ports.kafka, dataDirectory };
      starts.push(start(2, 'Kafka', () => startKafka(work, preparationFor('Kafka'))));
    }
    if (external.postgres && isWanted('postgres'))
      plan.report('PostgreSQL', `the configured one at ${external.postgres}`, 'done');
    if (isStarted('postgres')) {
      const work = { port: ports.postgres, dataDirectory, kept };
      starts.push(start(3, 'PostgreSQL', () => startPostgres(work, preparationFor('PostgreSQL'))));
    }
    await Promise.allSettled(starts);
    signal.throwIfAborted();

    let stop: Promise<void> | undefined;
    return {
      environment: {
        ...settingsOfExternal(environment, external),
        ...Object.fromEntries(started.flatMap(({ server }) => Object.entries(server.environment))),
      },
      dataDirectory,
      guard,
      processIds: Object.fromEntries(started.map(({ server }) => [server.child.name, server.child.pid])),
      failure: new Promise((resolve) => {
        for (const { server } of started) {
          void server.child.ended.then(async (how) => {
            if (!stopping)
              resolve(new SetupError(await troubleWith(server.child, `ended unexpectedly (${how})`)));
          });
        }
      }),
      stop: () => (stop ??= stopAll()),
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function makeDataDirectory(given: string | undefined, guard: Guard): Promise<string> {
  if (given !== undefined) {
    await makeRoomyDirectory(given, megabytesToRun, 'Keeping the data');
    return realpath(given);
  }
  await makeRoomyDirectory(tmpdir(), megabytesToRun, 'Keeping the data of this run');
  const directory = await mkdtemp(join(await realpath(tmpdir()), 'aisle-'));
  guard.removeAtEnd(directory);
  return directory;
}
