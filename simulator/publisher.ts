import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

import type { ShopMessage } from './shop.ts';

export interface OutgoingMessage {
  readonly key: string | null;
  readonly value: string;
}

/** Resolves when the messages are accepted: the next batch waits for it, which is the back-pressure. */
export type Send = (messages: OutgoingMessage[]) => Promise<unknown>;

export interface Clock {
  /** Milliseconds, never going back. */
  readonly now: () => number;
  /** Resolves after `ms`, or early when the signal aborts; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Messages that were accepted, by kind. `events` counts each event once; `retries` were sent again on purpose. */
export interface Sent {
  events: number;
  retries: number;
  unusable: number;
}

export interface PublisherOptions {
  readonly messages: Iterable<ShopMessage>;
  readonly send: Send;
  /** Ends the publishing; a batch under way is finished and counted. */
  readonly signal: AbortSignal;
  readonly onSent?: (total: Readonly<Sent>) => void;
  readonly clock?: Clock;
  readonly everyMs?: number;
  readonly largestBatch?: number;
}

/**
 * Sends each message when its time has come, in batches, one in flight. When sending is slower than the shop, the
 * publisher falls behind and catches up later in bounded batches: it never drops and never piles up.
 * Resolves when aborted or at the end of the messages; rejects with what `send` rejects with.
 */
export async function publish(options: PublisherOptions): Promise<Sent> {
  const { signal, send, clock = wallClock, everyMs = 50, largestBatch = 1000 } = options;
  const total: Sent = { events: 0, retries: 0, unusable: 0 };
  const source = options.messages[Symbol.iterator]();
  const openedAt = clock.now();
  let next = source.next();

  while (next.done !== true && !signal.aborted) {
    const elapsedMs = clock.now() - openedAt;
    const batch: ShopMessage[] = [];
    while (next.done !== true && next.value.atMs <= elapsedMs && batch.length < largestBatch) {
      batch.push(next.value);
      next = source.next();
    }
    if (batch.length > 0) {
      await send(batch.map(({ key, value }) => ({ key, value })));
      count(batch, total);
      options.onSent?.(total);
    }
    // A full batch means that more is due already.
    if (batch.length < largestBatch) await clock.sleep(everyMs, signal);
  }
  source.return?.();
  return total;
}

function count(batch: readonly ShopMessage[], total: Sent): void {
  for (const { kind } of batch) {
    if (kind === 'event') total.events += 1;
    else if (kind === 'retry') total.retries += 1;
    else total.unusable += 1;
  }
}

export const wallClock: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    // Rejects only because of the abort, which the caller looks at itself.
    await delay(ms, undefined, { signal }).catch(() => undefined);
  },
};
