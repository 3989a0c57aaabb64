import { setTimeout as pause } from 'node:timers/promises';

import type { Child } from './child.ts';
import { lastLines } from './log-tail.ts';
import { SetupError } from './setup-error.ts';

const lookEveryMs = 100;

/** Waits until a server answers. Throws a `SetupError` with the end of its log if it dies or does not in time. */
export async function untilReady(
  child: Child,
  { limitMs, signal, answers }: { limitMs: number; signal: AbortSignal; answers: () => Promise<boolean> },
): Promise<void> {
  const deadline = Date.now() + limitMs;
  let end: string | undefined;
  void child.ended.then((how) => (end = how));
  while (!(await answers().catch(() => false))) {
    signal.throwIfAborted();
    if (end !== undefined) throw new SetupError(await troubleWith(child, `ended while it started (${end})`));
    if (Date.now() > deadline) {
      throw new SetupError(await troubleWith(child, `did not answer within ${limitMs / 1000} s`));
    }
    await pause(lookEveryMs, undefined, { signal });
  }
}

export async function troubleWith(child: Child, what: string): Promise<string> {
  return `${child.name} ${what}. The end of its log:\n${await lastLines(child.logFile)}`;
}
