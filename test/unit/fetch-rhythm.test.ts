/** A reader at the end of a topic fetches at most every forty milliseconds, and one that is behind as fast as it can. */
import { describe, expect, it } from 'vitest';

import { FetchRhythm } from '../../connections/fetch-rhythm.ts';

const atTheEnd = { nextOffset: 10, end: 10 };

describe('the rhythm of fetches', () => {
  it('rests at the end of the topic for what is left of forty milliseconds since the fetch', () => {
    const rhythm = new FetchRhythm();
    rhythm.noteFetch(1_000);
    expect(rhythm.restMs(atTheEnd, 1_003)).toBe(37);
    expect(rhythm.restMs(atTheEnd, 1_040)).toBe(0);
    expect(rhythm.restMs(atTheEnd, 9_000)).toBe(0);
  });

  it('gives the batches of one fetch one rest together', () => {
    const rhythm = new FetchRhythm();
    rhythm.noteFetch(1_000);
    const [first, second] = [rhythm.restMs(atTheEnd, 1_005), rhythm.restMs(atTheEnd, 1_040)];
    expect([first, second]).toEqual([35, 0]);
  });

  it('never rests while events are left to read', () => {
    const rhythm = new FetchRhythm();
    rhythm.noteFetch(1_000);
    expect(rhythm.restMs({ nextOffset: 10, end: 11 }, 1_001)).toBe(0);
  });

  it('rests anew after each fetch', () => {
    const rhythm = new FetchRhythm();
    rhythm.noteFetch(1_000);
    rhythm.noteFetch(1_060);
    expect(rhythm.restMs(atTheEnd, 1_070)).toBe(30);
  });
});
