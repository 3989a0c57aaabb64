// A reading that takes its server long is taken seldom; a quick one every time.
import { expect, it } from 'vitest';

import { sparingly } from '../../workers/system-readings.ts';

function reading(takesMs: number) {
  let now = 0;
  let taken = 0;
  const read = sparingly(
    () => {
      taken += 1;
      now += takesMs;
      return Promise.resolve([{ metric: 'journeys_running', value: 1, source: 'test' }]);
    },
    () => now,
  );
  const every = async (intervalMs: number, times: number): Promise<number> => {
    for (let time = 0; time < times; time += 1) {
      await read();
      now += intervalMs;
    }
    return taken;
  };
  return { every };
}

it('of a few milliseconds is taken each time', async () => {
  expect(await reading(5).every(10_000, 20)).toBe(20);
});

it('of a tenth of a second is taken once in two thousand of them', async () => {
  expect(await reading(100).every(10_000, 100)).toBe(5);
});

it('of half a minute is taken every ten minutes all the same', async () => {
  expect(await reading(30_000).every(10_000, 200)).toBe(4);
});
