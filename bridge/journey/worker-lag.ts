import { setTimeout as sleep } from 'node:timers/promises';

import { isBackPressure } from './back-pressure.ts';
import type { Pace } from './pace.ts';

const lookEveryMs = 750;
/** A task that is still open so long after its letter waits for its worker. */
const lookAfterMs = 250;
const mostLooks = 3;

/**
 * Looks once a second whether workers keep up with the letters: a server may take signals quickly while nobody
 * works on them. The journeys of the latest letters stand for all.
 */
export class WorkerLag {
  private latest: string[] = [];
  private readonly pace: Pace;
  private readonly readTaskLag: (journeyId: string) => Promise<number>;

  constructor(pace: Pace, readTaskLag: (journeyId: string) => Promise<number>) {
    this.pace = pace;
    this.readTaskLag = readTaskLag;
  }

  /** A letter has arrived at this journey. */
  sent(journeyId: string): void {
    this.latest.push(journeyId);
    if (this.latest.length > mostLooks) this.latest.shift();
  }

  async run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      await pauseUntilStopped(lookEveryMs, stopping);
      const asked = this.latest;
      this.latest = [];
      await pauseUntilStopped(lookAfterMs, stopping);
      try {
        this.pace.observeLag(
          median(await Promise.all(asked.map((journeyId) => this.readTaskLag(journeyId)))),
        );
      } catch (error) {
        // A server that cannot even be asked shows in the latency of the letters.
        if (!isBackPressure(error)) throw error;
      }
    }
  }
}

const pauseUntilStopped = (ms: number, stopping: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal: stopping }).catch(() => undefined);

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
