import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import type { Guard } from './guard.ts';
import { signalGroup } from './process-group.ts';
import { SetupError } from './setup-error.ts';

export interface User {
  readonly uid: number;
  readonly gid: number;
}

export interface ChildPlan {
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Takes its standard output and error, appended. */
  readonly logFile: string;
  readonly guard: Guard;
  readonly user?: User | undefined;
  readonly stopSignal?: NodeJS.Signals;
  /** After this the whole group is killed. */
  readonly stopWithinMs?: number;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves to how it ended, for example `exit code 1`, however that came about. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Starts a long-running process in its own group, watched by the guard. */
export async function startChild(plan: ChildPlan): Promise<Child> {
  const stopSignal = plan.stopSignal ?? 'SIGTERM';
  const log = openSync(plan.logFile, 'a', 0o600);
  const child = spawn(plan.command, plan.arguments, {
    detached: true,
    stdio: ['ignore', log, log],
    env: plan.environment,
    ...plan.user,
  });
  closeSync(log);
  const ended = once(child, 'exit').then(([code, signal]: unknown[]) => describeEnd(code, signal));
  ended.catch(() => undefined);
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new SetupError(`${plan.name} could not be started: ${(error as Error).message}.`);
  }
  const pid = child.pid as number;
  plan.guard.watch(pid, stopSignal);
  const released = ended.then(() => {
    // The leader is gone: whatever it left in its group must not outlive it.
    signalGroup(pid, 'SIGKILL');
    plan.guard.release(pid);
  });

  return {
    name: plan.name,
    pid,
    logFile: plan.logFile,
    ended,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        signalGroup(pid, stopSignal);
        const limit = new AbortController();
        const late = pause(plan.stopWithinMs ?? 10_000, 'late', { signal: limit.signal }).catch(
          () => 'ended',
        );
        if ((await Promise.race([ended, late])) === 'late') signalGroup(pid, 'SIGKILL');
        limit.abort();
      }
      await released;
    },
  };
}

export function describeEnd(code: unknown, signal: unknown): string {
  return typeof signal === 'string' ? `signal ${signal}` : `exit code ${String(code)}`;
}
