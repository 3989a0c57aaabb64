import { setTimeout as sleep } from 'node:timers/promises';

export interface BackOff {
  readonly firstMs: number;
  readonly mostMs: number;
}

export const serverBackOff: BackOff = { firstMs: 100, mostMs: 10_000 };

/**
 * Runs an effect again and again until `stopping`, with a pause after each. An error of which `mayRetry` says that trying again
 * can help is told to `onRetry` and followed by the longer pause; any other is thrown. `onWorked` hears of each success.
 */
export async function again(
  effect: () => Promise<void>,
  options: {
    everyMs: number;
    pauseAfterFailureMs: number;
    mayRetry: (error: unknown) => boolean;
    onRetry: (error: unknown) => void;
    onWorked?: () => void;
    stopping: AbortSignal;
  },
): Promise<void> {
  const { stopping: signal } = options;
  while (!signal.aborted) {
    let pauseMs = options.everyMs;
    try {
      await effect();
      options.onWorked?.();
    } catch (error) {
      if (!options.mayRetry(error)) throw error;
      options.onRetry(error);
      pauseMs = options.pauseAfterFailureMs;
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Runs one effect until it succeeds, for as long as `mayRetry` says of the error that trying again can help.
 * Waits between tries, doubling up to `mostMs`, each cut by a random part so that many callers do not come back at once.
 * Any other error, and an abort, is thrown to the caller. `onWorked` hears of the success.
 */
export async function untilItWorks<Result>(
  effect: () => Promise<Result>,
  options: {
    mayRetry: (error: unknown) => boolean;
    onRetry: (error: unknown) => void;
    onWorked?: () => void;
    signal: AbortSignal;
    backOff?: BackOff;
  },
): Promise<Result> {
  const { firstMs, mostMs } = options.backOff ?? serverBackOff;
  for (let attempt = 1; ; attempt += 1) {
    options.signal.throwIfAborted();
    try {
      const result = await effect();
      options.onWorked?.();
      return result;
    } catch (error) {
      if (options.signal.aborted || !options.mayRetry(error)) throw error;
      options.onRetry(error);
      const pause = Math.min(mostMs, firstMs * 2 ** Math.min(attempt - 1, 20));
      await sleep(pause * (0.5 + Math.random() / 2), undefined, { signal: options.signal });
    }
  }
}
