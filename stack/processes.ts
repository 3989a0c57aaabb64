import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

import { describeEnd } from './child.ts';
import type { Guard } from './guard.ts';
import { lastLines } from './log-tail.ts';
import { signalGroup } from './process-group.ts';
import { aisleCommand } from './project.ts';
import { restartAfter, wrongSettingsExitCode } from './restart-policy.ts';
import { SetupError } from './setup-error.ts';

const stopLimitMs = 10_000;
const readyLine = 'READY';

export interface ProcessPlan {
  /** In messages, for example `bridge`. */
  readonly name: string;
  /** Of the `aisle` command, for example `['bridge']`. */
  readonly arguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Takes its standard output and error, appended. */
  readonly logFile: string;
  readonly guard: Guard;
  /** Told of every unexpected end that is followed by a new start. */
  readonly onRestart?: (message: string) => void;
  /** Runs this instead of Aisle's own command. */
  readonly command?: { readonly command: string; readonly arguments: readonly string[] };
}

export interface SupervisedProcess {
  readonly name: string;
  readonly logFile: string;
  /** Of the process that runs now; undefined between an end and the next start. */
  readonly pid: () => number | undefined;
  /** Resolves when it first printed the line `READY` on its standard output. */
  readonly ready: Promise<void>;
  /** Resolves, if ever, when it was given up: wrong settings, or it ended too often. */
  readonly failure: Promise<SetupError>;
  stop(): Promise<void>;
}

/** Runs one of Aisle's processes and starts it again, with a growing delay, when it ends unexpectedly. */
export function superviseProcess(plan: ProcessPlan): SupervisedProcess {
  const log = createWriteStream(plan.logFile, { flags: 'a', mode: 0o600 });
  log.on('error', () => undefined);
  const stopping = new AbortController();
  let current: ChildProcess | undefined;
  let tellReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (tellReady = resolve));
  let tellFailure: (failure: SetupError) => void = () => undefined;
  const failure = new Promise<SetupError>((resolve) => (tellFailure = resolve));

  const runOnce = async (): Promise<{ code: number | null; how: string }> => {
    const own = aisleCommand(plan.name);
    const { command, arguments: first } = plan.command ?? { ...own, arguments: own.arguments.slice(0, -1) };
    const child = spawn(command, [...first, ...plan.arguments], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...plan.environment, AISLE_SKIP_INSTALL: '1' },
    });
    const { pid } = child;
    if (pid !== undefined) plan.guard.watch(pid, 'SIGTERM');
    current = child;
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    createInterface({ input: child.stdout }).on('line', (line) => line.trim() === readyLine && tellReady());
    const end = await new Promise<{ code: number | null; how: string }>((resolve) => {
      child.once('error', (error) => resolve({ code: null, how: error.message }));
      child.once('close', (code, signal) => resolve({ code, how: describeEnd(code, signal) }));
      // Something it started may hold its output open; it must not outlive it.
      child.once('exit', () => pid !== undefined && signalGroup(pid, 'SIGKILL'));
    });
    current = undefined;
    if (pid !== undefined) plan.guard.release(pid);
    return end;
  };

  const run = async (): Promise<void> => {
    const endedAt: number[] = [];
    const isStopping = (): boolean => stopping.signal.aborted;
    while (!isStopping()) {
      const { code, how } = await runOnce();
      if (isStopping()) return;
      endedAt.push(Date.now());
      const delay = code === wrongSettingsExitCode ? 'give up' : restartAfter(endedAt, Date.now());
      if (delay === 'give up') {
        const often = code === wrongSettingsExitCode ? '' : ` ${endedAt.length} times`;
        const end = await lastLines(plan.logFile);
        tellFailure(new SetupError(`The ${plan.name} ended${often} (${how}). The end of its log:\n${end}`));
        return;
      }
      plan.onRestart?.(`ended unexpectedly (${how}), starting it again in ${delay} ms`);
      await pause(delay, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const finished = run();

  return {
    name: plan.name,
    logFile: plan.logFile,
    pid: () => current?.pid,
    ready,
    failure,
    async stop() {
      stopping.abort();
      const group = current?.pid;
      if (group !== undefined) signalGroup(group, 'SIGTERM');
      const late = setTimeout(() => group !== undefined && signalGroup(group, 'SIGKILL'), stopLimitMs);
      await finished;
      clearTimeout(late);
      await new Promise<void>((resolve) => log.end(() => resolve()));
    },
  };
}
