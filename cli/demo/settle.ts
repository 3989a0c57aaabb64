import { setTimeout as delay } from 'node:timers/promises';

/** Something that follows by itself once the shop is closed. */
export interface Expectation {
  /** How many are still missing; 0 is reached. */
  readonly missing: () => Promise<number>;
  readonly describe: (missing: number) => string;
  readonly longestMs: number;
}

export interface SettleOptions {
  /** Says what is waited for, each time that it changes. */
  readonly waitingFor: (sentence: string) => void;
  /** Cuts the waiting short. */
  readonly signal: AbortSignal;
  readonly everyMs?: number;
  readonly now?: () => number;
}

/** Waits for each in turn, none longer than its bound. Gives back a sentence for each that was not reached. */
export async function settle(
  expectations: readonly Expectation[],
  options: SettleOptions,
): Promise<string[]> {
  const { waitingFor, signal, everyMs = 250, now = Date.now } = options;
  const given: string[] = [];
  for (const { missing, describe, longestMs } of expectations) {
    const deadline = now() + longestMs;
    let left = await missing();
    while (left > 0 && !signal.aborted && now() < deadline) {
      waitingFor(`Waiting for ${describe(left)}.`);
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
      left = await missing();
    }
    if (left > 0) given.push(`Not waited any longer for ${describe(left)}.`);
  }
  return given;
}
