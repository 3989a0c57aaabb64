import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { randomBytes } from 'node:crypto';

import { startChild } from './child.ts';
import { findKafka, type KafkaBinaries } from './kafka-binaries.ts';
import { kafkaProperties, log4j2Properties, log4jProperties } from './kafka-files.ts';
import { kafkaAnswers } from './kafka-readiness.ts';
import { findFreePort } from './ports.ts';
import type { Preparation } from './preparation.ts';
import { untilReady } from './readiness.ts';
import { runCommand } from './run-command.ts';
import { SetupError } from './setup-error.ts';
import type { StartedServer } from './started-server.ts';

const startLimitMs = 120_000;

export interface KafkaPlan {
  readonly port: number;
  readonly dataDirectory: string;
  /** More of the broker's own settings, which go before ours: other listeners, an authorizer. */
  readonly properties?: Readonly<Record<string, string>>;
  /** More arguments for formatting the storage, such as the first users. */
  readonly formatArguments?: readonly string[];
}

export async function startKafka(plan: KafkaPlan, preparation: Preparation): Promise<StartedServer> {
  const { report, signal, guard } = preparation;
  const { found: binaries, from } = await findKafka(preparation);
  const directory = join(plan.dataDirectory, 'kafka');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const files = await writeFiles(directory, plan);
  if (!existsSync(join(directory, 'data'))) {
    report(`from ${from}; formatting its storage`);
    await format(binaries, directory, plan, preparation);
  }
  report(`from ${from}; waiting until it answers on port ${plan.port}`);
  const child = await startChild({
    name: 'Kafka',
    command: binaries.java,
    arguments: [...javaArguments(binaries, files.log4j2, files.log4j), 'kafka.Kafka', files.server],
    environment: preparation.environment,
    logFile: join(plan.dataDirectory, 'kafka.log'),
    guard,
    stopWithinMs: 15_000,
  });
  const address = `127.0.0.1:${plan.port}`;
  try {
    await untilReady(child, { limitMs: startLimitMs, signal, answers: () => kafkaAnswers(plan.port) });
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { child, from, address, environment: { KAFKA_BOOTSTRAP_SERVERS: address } };
}

function javaArguments(binaries: KafkaBinaries, log4j2: string, log4j: string): string[] {
  return [
    ...['-Xms256m', '-Xmx512m', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20', '-Djava.awt.headless=true'],
    `-Dlog4j2.configurationFile=${log4j2}`,
    `-Dlog4j.configuration=file:${log4j}`,
    ...['-cp', [join(binaries.libraries, '*')].join(delimiter)],
  ];
}

async function writeFiles(
  directory: string,
  { port, properties }: KafkaPlan,
): Promise<{ server: string; log4j2: string; log4j: string }> {
  const files = {
    server: join(directory, 'server.properties'),
    log4j2: join(directory, 'log4j2.properties'),
    log4j: join(directory, 'log4j.properties'),
  };
  const controllerPort = await findFreePort([port]);
  await writeFile(
    files.server,
    kafkaProperties({ port, controllerPort, logDirectory: join(directory, 'data'), properties }),
  );
  await writeFile(files.log4j2, log4j2Properties);
  await writeFile(files.log4j, log4jProperties);
  return files;
}

/** Into another folder that is renamed when complete, so that a start that is cut off can be repeated. */
async function format(
  binaries: KafkaBinaries,
  directory: string,
  { formatArguments = [] }: KafkaPlan,
  preparation: Preparation,
): Promise<void> {
  const partial = join(directory, 'data.partial');
  await rm(partial, { recursive: true, force: true });
  const properties = join(directory, 'format.properties');
  await writeFile(properties, kafkaProperties({ port: 9092, controllerPort: 9093, logDirectory: partial }));
  const clusterId = randomBytes(16).toString('base64url');
  const run = {
    command: binaries.java,
    arguments: [
      ...['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', join(binaries.libraries, '*')],
      `-Dlog4j2.configurationFile=${join(directory, 'log4j2.properties')}`,
      `-Dlog4j.configuration=file:${join(directory, 'log4j.properties')}`,
      // One argument, as an id may start with a dash.
      ...['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '--config', properties],
      ...formatArguments,
    ],
    limitMs: startLimitMs,
  };
  const result = await runCommand(run, preparation);
  if (!result.ok)
    throw new SetupError(`Kafka could not format its storage in ${directory}.\n${result.reason}`);
  await rename(partial, join(directory, 'data'));
}
