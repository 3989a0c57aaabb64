import { join } from 'node:path';

import { SettingsError } from '../settings/settings-error.ts';
import { readSettings } from '../settings/settings.ts';
import { encryptionSettings } from './master-key.ts';
import type { Ports } from './ports.ts';
import { superviseProcess, type SupervisedProcess } from './processes.ts';
import { environmentOf, withoutSecrets } from './process-environment.ts';
import { openProgress, type Report } from './progress.ts';
import { aisleCommand } from './project.ts';
import { pseudonymKeySettings } from './pseudonym-key.ts';
import { wrongSettingsExitCode } from './restart-policy.ts';
import { runCommand } from './run-command.ts';
import { type RunningServers, startServers } from './servers.ts';
import { SetupError } from './setup-error.ts';

const migrationLimitMs = 120_000;
const readyLimitMs = 120_000;

const subjects = ['PostgreSQL', 'Kafka', 'Temporal', 'migrations', 'bridge', 'worker'] as const;

export interface SystemPlan {
  /** Settings for bridge and worker above those of this process's environment, for example short deadlines. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Keeps the data between runs; without it they live in a temporary folder that `stop` removes. */
  readonly dataDirectory?: string | undefined;
  readonly ports?: Ports;
  /** Takes what is being done and waited for. Without it a display on stderr shows it. */
  readonly report?: Report;
  /** Calls the start off: what was started is stopped, and `startSystem` rejects. */
  readonly signal?: AbortSignal;
  /** Awaited once servers and worker are up, before the bridge starts to read: what it writes to Kafka is a backlog. */
  readonly beforeBridge?: (environment: NodeJS.ProcessEnv) => Promise<void>;
}

export interface RunningSystem {
  /** The whole environment of bridge and worker: this process's, the servers' addresses, the key's file, the plan's. */
  readonly environment: NodeJS.ProcessEnv;
  /** Of that, what is fit to be shown: addresses and what was made for this run, no configured secret. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly dataDirectory: string;
  /** The file of a pseudonym key that was made for this data folder just now. */
  readonly madeKeyFile: string | undefined;
  readonly bridge: SupervisedProcess;
  readonly worker: SupervisedProcess;
  /** Of the servers that were started here, by name. */
  readonly serverProcessIds: Readonly<Record<string, number>>;
  /** Resolves, if ever, when a server ended or a process was given up: then stop and show the error. */
  readonly failure: Promise<SetupError>;
  /** Bridge and worker first, then the servers. May be called again: it is the same stop. */
  stop(): Promise<void>;
}

/**
 * Starts servers, migrates, and starts bridge and worker; resolves when both are ready. Throws a `SettingsError` or a
 * `SetupError` with one sentence on what to do, and then has stopped everything again.
 */
export async function startSystem(plan: SystemPlan): Promise<RunningSystem> {
  const progress = plan.report ? undefined : openProgress(subjects);
  try {
    return await start({ ...plan, report: plan.report ?? progress?.report ?? (() => undefined) });
  } finally {
    await progress?.close();
  }
}

type ReportedPlan = SystemPlan & { readonly report: Report };

async function start(plan: ReportedPlan): Promise<RunningSystem> {
  const wanted = { ...process.env, ...plan.environment };
  // A wrong value is found before anything is started.
  readSettings({ ...wanted, PSEUDONYM_KEY_FILE: undefined, PAYLOAD_MASTER_KEY_FILE: undefined });
  const { report } = plan;
  const servers = await startServers({ ...plan, environment: wanted });
  const processes: SupervisedProcess[] = [];
  let stop: Promise<void> | undefined;
  const stopAll = async (): Promise<void> => {
    await Promise.all(processes.map((supervised) => supervised.stop()));
    await servers.stop();
  };
  try {
    const key = await pseudonymKeySettings(wanted, servers.dataDirectory);
    const encryption = await encryptionSettings(wanted, servers.dataDirectory);
    // With one worker on a server of its own there is nothing to choose from: a build that is not current would get no tasks.
    const version = wanted.TEMPORAL_ADDRESS ? {} : { WORKER_BUILD_ID: '' };
    const environment = { ...wanted, ...servers.environment, ...key.settings, ...encryption, ...version };
    await migrate(environment, servers, plan);
    const supervise = (name: 'bridge' | 'worker'): SupervisedProcess => {
      const supervised = superviseProcess({
        name,
        arguments: [name],
        environment: environmentOf(name, environment),
        logFile: join(servers.dataDirectory, `${name}.log`),
        guard: servers.guard,
        onRestart: (message) => report(name, message),
      });
      processes.push(supervised);
      report(name, 'waiting until it is ready');
      return supervised;
    };
    let early: SupervisedProcess | undefined;
    if (plan.beforeBridge) {
      early = supervise('worker');
      await untilAllReady([early], Promise.race([servers.failure, early.failure]), plan);
      await plan.beforeBridge(environment);
    }
    const bridge = supervise('bridge');
    const worker = early ?? supervise('worker');
    const failure = Promise.race([servers.failure, bridge.failure, worker.failure]);
    await untilAllReady([bridge, worker], failure, plan);
    const addresses = { ...servers.environment, ...key.settings, ...encryption };
    return {
      environment,
      addresses: wanted.DB_HOST ? withoutSecrets(addresses) : addresses,
      dataDirectory: servers.dataDirectory,
      madeKeyFile: key.madeFile,
      bridge,
      worker,
      serverProcessIds: servers.processIds,
      failure,
      stop: () => (stop ??= stopAll()),
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function migrate(
  environment: NodeJS.ProcessEnv,
  servers: RunningServers,
  plan: ReportedPlan,
): Promise<void> {
  plan.report('migrations', 'waiting until the schema, the topics and the search attributes are there');
  const run = {
    ...aisleCommand('migrate'),
    environment: { ...environment, AISLE_SKIP_INSTALL: '1' },
    limitMs: migrationLimitMs,
  };
  const context = { environment, signal: plan.signal ?? new AbortController().signal, guard: servers.guard };
  const result = await runCommand(run, context);
  if (!result.ok) {
    plan.report('migrations', 'failed', 'failed');
    if (result.code === wrongSettingsExitCode) throw new SettingsError(result.output.trim().split('\n'));
    throw new SetupError(`The migrations failed.\n${result.reason}`);
  }
  plan.report('migrations', 'done', 'done');
}

async function untilAllReady(
  processes: readonly SupervisedProcess[],
  failure: Promise<SetupError>,
  { report, signal }: Pick<ReportedPlan, 'report' | 'signal'>,
): Promise<void> {
  const ready = Promise.all(
    processes.map((supervised) => supervised.ready.then(() => report(supervised.name, 'ready', 'done'))),
  );
  let timer: NodeJS.Timeout | undefined;
  const trouble = new Promise<never>((_resolve, reject) => {
    void failure.then(reject);
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
    const names = processes.map((supervised) => supervised.name).join(' and ');
    const late = new SetupError(`The ${names} were not ready within ${readyLimitMs / 1000} s.`);
    timer = setTimeout(() => reject(late), readyLimitMs);
  });
  trouble.catch(() => undefined);
  try {
    signal?.throwIfAborted();
    await Promise.race([ready, trouble]);
  } finally {
    clearTimeout(timer);
  }
}
