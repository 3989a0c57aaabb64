// The publisher sends nothing early, keeps one bounded batch in flight, counts only what was accepted, and stops at once.
import { describe, expect, it } from 'vitest';

import { publish, type Clock, type OutgoingMessage, type Send } from '../../simulator/publisher.ts';
import type { ShopMessage } from '../../simulator/shop.ts';

/** Time passes only in `sleep`, and by as much as sending is said to take. */
function fakeClock() {
  let time = 1000;
  return {
    pass: (ms: number) => {
      time += ms;
    },
    clock: {
      now: () => time,
      sleep: async (ms) => {
        time += ms;
      },
    } satisfies Clock,
  };
}

function* everyTenMs(count: number, kind: ShopMessage['kind'] = 'event'): Generator<ShopMessage> {
  for (let index = 0; index < count; index += 1) {
    yield { atMs: index * 10, kind, key: 'k', value: String(index), event: null };
  }
}

const never = new AbortController().signal;

describe('publish', () => {
  it('paces: each batch has exactly what became due since the one before, in order', async () => {
    const { clock } = fakeClock();
    const batches: number[] = [];
    const values: string[] = [];
    const send: Send = async (messages) => {
      batches.push(messages.length);
      values.push(...messages.map(({ value }) => value));
    };
    const sent = await publish({ messages: everyTenMs(21), send, signal: never, clock });
    expect(batches).toEqual([1, 5, 5, 5, 5]);
    expect(values).toEqual(Array.from({ length: 21 }, (_, index) => String(index)));
    expect(sent).toEqual({ events: 21, retries: 0, unusable: 0 });
  });

  it('falls behind a slow broker, then catches up in bounded batches without losing any', async () => {
    const { clock, pass } = fakeClock();
    const batches: number[] = [];
    let inFlight = 0;
    const send = async (messages: OutgoingMessage[]) => {
      inFlight += 1;
      expect(inFlight).toBe(1);
      batches.push(messages.length);
      if (batches.length === 1) pass(600);
      await Promise.resolve();
      inFlight -= 1;
    };
    const sent = await publish({ messages: everyTenMs(100), send, signal: never, clock, largestBatch: 20 });
    expect(Math.max(...batches)).toBe(20);
    expect(batches.slice(1, 4)).toEqual([20, 20, 20]);
    expect(sent.events).toBe(100);
  });

  it('stops when it is told to, and counts the batch under way', async () => {
    const { clock } = fakeClock();
    const stop = new AbortController();
    let calls = 0;
    const send: Send = async () => {
      calls += 1;
      if (calls === 3) stop.abort();
    };
    const sent = await publish({ messages: everyTenMs(1_000_000), send, signal: stop.signal, clock });
    expect(calls).toBe(3);
    expect(sent.events).toBe(11);
  });

  it('sends nothing at all when it was stopped before', async () => {
    const sent = await publish({
      messages: everyTenMs(5),
      send: () => Promise.reject(new Error('must not be called')),
      signal: AbortSignal.abort(),
      clock: fakeClock().clock,
    });
    expect(sent.events).toBe(0);
  });

  it('reports a refused batch and does not count it', async () => {
    const totals: number[] = [];
    let calls = 0;
    const publishing = publish({
      messages: everyTenMs(50),
      send: async () => {
        calls += 1;
        if (calls === 2) throw new Error('the broker is gone');
      },
      onSent: ({ events }) => totals.push(events),
      signal: never,
      clock: fakeClock().clock,
    });
    await expect(publishing).rejects.toThrow('the broker is gone');
    expect(totals).toEqual([1]);
  });

  it('counts retries and unusable messages apart from events', async () => {
    const messages = [...everyTenMs(3), ...everyTenMs(2, 'retry'), ...everyTenMs(4, 'unusable')];
    const sent = await publish({
      messages,
      send: async () => undefined,
      signal: never,
      clock: fakeClock().clock,
    });
    expect(sent).toEqual({ events: 3, retries: 2, unusable: 4 });
  });
});
