import { spawn } from 'node:child_process';

import { describeEnd, type User } from './child.ts';
import { indent } from './log-tail.ts';
import { signalGroup } from './process-group.ts';
import type { Preparation } from './preparation.ts';

const keptCharacters = 65_536;

export interface CommandRun {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  readonly user?: User | undefined;
  /** Milliseconds, after which it is killed and counts as failed. */
  readonly limitMs: number;
}

export type CommandResult =
  { ok: true; output: string } | { ok: false; code: number | null; reason: string; output: string };

/**
 * Runs a command to its end. What it says is kept, not shown. Never throws for a command that fails or is missing;
 * rejects only when the preparation was called off.
 */
export async function runCommand(
  run: CommandRun,
  { environment, signal, guard }: Pick<Preparation, 'environment' | 'signal' | 'guard'>,
): Promise<CommandResult> {
  signal.throwIfAborted();
  const child = spawn(run.command, run.arguments, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: run.environment ?? environment,
    ...run.user,
  });
  const group = child.pid;
  if (group !== undefined) guard.watch(group, 'SIGTERM');
  const kill = () => group !== undefined && signalGroup(group, 'SIGKILL');
  signal.addEventListener('abort', kill);
  const limit = setTimeout(kill, run.limitMs);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-keptCharacters)));
  }
  const end = await new Promise<{ code: number | null; how: string }>((resolve) => {
    child.once('error', (error) => resolve({ code: null, how: error.message }));
    child.once('close', (code, endSignal) => resolve({ code, how: describeEnd(code, endSignal) }));
  });
  clearTimeout(limit);
  signal.removeEventListener('abort', kill);
  if (group !== undefined) guard.release(group);
  signal.throwIfAborted();
  if (end.code === 0) return { ok: true, output };
  const reason = `${run.command} failed (${end.how}):\n${indent(output, 6)}`;
  return { ok: false, code: end.code, reason, output };
}
