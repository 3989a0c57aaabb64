// An effect is tried again with growing, bounded waits while that can help; any other error, and an abort, ends it at once.
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { untilItWorks } from '../../connections/back-off.ts';

const { pauses, sleep } = vi.hoisted(() => {
  const asked: number[] = [];
  return {
    pauses: asked,
    sleep: vi.fn((ms: number, _value: unknown, options: { signal: AbortSignal }) => {
      asked.push(ms);
      options.signal.throwIfAborted();
      return Promise.resolve();
    }),
  };
});
vi.mock('node:timers/promises', () => ({ setTimeout: sleep }));

beforeEach(() => {
  pauses.length = 0;
});

class Passing extends Error {}
const mayRetry = (error: unknown) => error instanceof Passing;
const never = new AbortController().signal;

/** Fails as often as told, then succeeds. */
function failing(times: number) {
  let tries = 0;
  const effect = () => {
    tries += 1;
    return tries <= times ? Promise.reject(new Passing(`try ${tries}`)) : Promise.resolve(tries);
  };
  return effect;
}

describe('an effect', () => {
  it('that works is run once, without a wait', async () => {
    const onRetry = vi.fn();
    expect(await untilItWorks(failing(0), { mayRetry, onRetry, signal: never })).toBe(1);
    expect(pauses).toEqual([]);
    expect(onRetry).not.toHaveBeenCalled();
  });

  it('is tried until it works; each retry is told, and the success', async () => {
    const told: string[] = [];
    const onRetry = (error: unknown) => void told.push((error as Error).message);
    const onWorked = () => void told.push('worked');
    expect(await untilItWorks(failing(3), { mayRetry, onRetry, onWorked, signal: never })).toBe(4);
    expect(told).toEqual(['try 1', 'try 2', 'try 3', 'worked']);
  });

  it('waits longer each time, never longer than the most, never not at all, however often it fails', async () => {
    const bounds = fc.tuple(
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 0, max: 20_000 }),
      fc.integer({ min: 0, max: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(bounds, async ([firstMs, more, times]) => {
        pauses.length = 0;
        const backOff = { firstMs, mostMs: firstMs + more };
        await untilItWorks(failing(times), { mayRetry, onRetry: () => undefined, signal: never, backOff });
        expect(pauses).toHaveLength(times);
        for (const [index, pause] of pauses.entries()) {
          const whole = Math.min(backOff.mostMs, firstMs * 2 ** index);
          expect(pause).toBeLessThanOrEqual(whole);
          expect(pause).toBeGreaterThanOrEqual(whole / 2);
        }
      }),
    );
  });

  it('does not wait as others do', async () => {
    await untilItWorks(failing(20), { mayRetry, onRetry: () => undefined, signal: never });
    expect(new Set(pauses.slice(10)).size).toBeGreaterThan(5);
  });

  it('that cannot be helped by trying again fails with its own error', async () => {
    const error = new Error('for good');
    const onRetry = vi.fn();
    const effect = vi.fn(() => Promise.reject(error));
    await expect(untilItWorks(effect, { mayRetry, onRetry, signal: never })).rejects.toBe(error);
    expect(effect).toHaveBeenCalledTimes(1);
    expect(onRetry).not.toHaveBeenCalled();
    const thrown = () => {
      throw error;
    };
    await expect(untilItWorks(thrown, { mayRetry, onRetry, signal: never })).rejects.toBe(error);
  });
});

describe('an abort', () => {
  it('before the start lets nothing begin', async () => {
    const effect = vi.fn(() => Promise.resolve());
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(untilItWorks(effect, { mayRetry, onRetry: () => undefined, signal })).rejects.toThrow(
      'stopped',
    );
    expect(effect).not.toHaveBeenCalled();
  });

  it('during a try or a wait ends it without another try', async () => {
    for (const when of ['try', 'wait'] as const) {
      const stop = new AbortController();
      const effect = vi.fn(() => {
        if (when === 'try') stop.abort();
        return Promise.reject(new Passing());
      });
      const onRetry = vi.fn(() => stop.abort());
      await expect(untilItWorks(effect, { mayRetry, onRetry, signal: stop.signal })).rejects.toThrow();
      expect(effect).toHaveBeenCalledTimes(1);
      expect(onRetry).toHaveBeenCalledTimes(when === 'wait' ? 1 : 0);
    }
  });

  it('does not undo a success', async () => {
    const stop = new AbortController();
    const effect = () => {
      stop.abort();
      return Promise.resolve('done');
    };
    expect(await untilItWorks(effect, { mayRetry, onRetry: () => undefined, signal: stop.signal })).toBe(
      'done',
    );
  });
});
