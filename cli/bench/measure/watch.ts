import { setTimeout as delay } from 'node:timers/promises';

export interface Watch<Sample> {
  /** Grows until `stop`. */
  readonly samples: readonly Sample[];
  readonly stop: () => Promise<void>;
}

/** Takes a sample again and again until `stop`; `null` is left out. */
export function watch<Sample>(everyMs: number, take: () => Promise<Sample | null>): Watch<Sample> {
  const samples: Sample[] = [];
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const sample = await take();
      if (sample !== null) samples.push(sample);
      await delay(everyMs, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return {
    samples,
    stop: () => {
      over.abort();
      return watching;
    },
  };
}
