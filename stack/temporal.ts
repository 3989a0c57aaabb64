import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { Connection } from '@temporalio/client';

import { startChild } from './child.ts';
import type { Preparation } from './preparation.ts';
import { untilReady } from './readiness.ts';
import type { StartedServer } from './started-server.ts';
import { findTemporal } from './temporal-binary.ts';

/** What journeys are found by in the UI: funnel step, value of the open cart, time of the last event, segment; an alert rule by its status. */
const searchAttributes = {
  FunnelStep: 'Keyword',
  CartValue: 'Double',
  LastSeen: 'Datetime',
  Segment: 'Keyword',
  RuleStatus: 'Keyword',
} as const;
const startLimitMs = 60_000;
const callLimitMs = 2_000;

export async function startTemporal(
  plan: { port: number; uiPort: number; dataDirectory: string; kept: boolean },
  preparation: Preparation,
): Promise<StartedServer> {
  const { report, signal, guard, environment } = preparation;
  const { found: binary, from } = await findTemporal(preparation);
  const namespace = environment['TEMPORAL_NAMESPACE'] ?? 'default';
  const directory = join(plan.dataDirectory, 'temporal');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  report(`from ${from}; waiting until it answers on port ${plan.port}`);
  const child = await startChild({
    name: 'Temporal',
    command: binary,
    arguments: serverArguments({ ...plan, namespace, databaseFile: join(directory, 'temporal.db') }),
    environment: serverEnvironment(environment),
    logFile: join(plan.dataDirectory, 'temporal.log'),
    guard,
  });
  const address = `127.0.0.1:${plan.port}`;
  try {
    await untilReady(child, {
      limitMs: startLimitMs,
      signal,
      answers: () => temporalAnswers(address, namespace),
    });
  } catch (error) {
    await child.stop();
    throw error;
  }
  return {
    child,
    from,
    address,
    environment: {
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      TEMPORAL_UI: `http://127.0.0.1:${plan.uiPort}`,
    },
  };
}

/**
 * A run is deleted once the server has noted that the work on its end is done, which it does every 30 s: an erasure would
 * wait that long.
 */
const queuesCheckedOftenFor = [
  'history.transferProcessorUpdateAckInterval',
  'history.visibilityProcessorUpdateAckInterval',
];

/** One server has nobody to divide a queue among: a task that comes where no worker asks would be passed on, or written down. */
const undividedQueues = ['matching.numTaskqueueReadPartitions', 'matching.numTaskqueueWritePartitions'];

function serverArguments(plan: {
  port: number;
  uiPort: number;
  namespace: string;
  databaseFile: string;
}): string[] {
  return [
    ...[
      'server',
      'start-dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(plan.port),
      '--ui-port',
      String(plan.uiPort),
    ],
    ...['--namespace', plan.namespace, '--log-level', 'warn', '--db-filename', plan.databaseFile],
    // Without these two it takes a fifth of the signals; a killed process still loses nothing.
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=OFF'],
    ...queuesCheckedOftenFor.flatMap((setting) => ['--dynamic-config-value', `${setting}="1s"`]),
    ...undividedQueues.flatMap((setting) => ['--dynamic-config-value', `${setting}=1`]),
    ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
}

/** The caller's own Temporal settings are for clients, and must not reach into the server's start. */
function serverEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('TEMPORAL_'));
  // Eight times the standard, as far as 3 GB go: a backlog is drained a sixth faster than with four times.
  return { ...Object.fromEntries(kept), GOGC: '800', GOMEMLIMIT: '3GiB' };
}

async function temporalAnswers(address: string, namespace: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: callLimitMs });
  try {
    return await connection.withDeadline(Date.now() + callLimitMs, async () => {
      await connection.workflowService.describeNamespace({ namespace });
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      return Object.keys(searchAttributes).every((name) => name in customAttributes);
    });
  } finally {
    await connection.close();
  }
}
