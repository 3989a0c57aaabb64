// A slice of a roll-up has as many events as are rolled up in its time, and stays within its bounds.
import { expect, it } from 'vitest';

import { nextSlice } from '../../activities/roll-up.ts';

const limits = { eventsInSlice: 10_000, sliceMs: 150 };

it('shrinks to what is done in time, and grows again, twofold at most', () => {
  expect(nextSlice(limits, 10_000, 6_000, 900)).toBe(1_000);
  expect(nextSlice(limits, 10_000, 1_000, 100)).toBe(1_500);
  expect(nextSlice(limits, 10_000, 1_500, 15)).toBe(3_000);
  expect(nextSlice(limits, 10_000, 1_500, 0)).toBe(3_000);
});

it('is never so small that nothing gets on, nor larger than it may be', () => {
  expect(nextSlice(limits, 10_000, 600, 60_000)).toBe(500);
  expect(nextSlice(limits, 10_000, 9_000, 10)).toBe(10_000);
  // A limit below the least is the test's own.
  expect(nextSlice({ eventsInSlice: 10, sliceMs: 150 }, 10, 10, 60_000)).toBe(10);
});

it('does not grow back at once to what a statement’s time limit has just cut off', () => {
  expect(nextSlice(limits, 125, 125, 20_000)).toBe(125);
  expect(nextSlice(limits, 125, 125, 75)).toBe(250);
});
