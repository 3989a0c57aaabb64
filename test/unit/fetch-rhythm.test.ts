/**
 * A reader at the end of a topic fetches at most every twenty milliseconds, or as often as its own rest allows, and one that is
 * behind as fast as it can.
 */
import { describe, expect, it } from 'vitest';

import { FetchRhythm } from '../../connections/fetch-rhythm.ts';

const atTheEnd = { nextOffset: 10, end: 10 };

describe('the rhythm of fetches', () => {
  it('rests at the end of the topic for what is left of twenty milliseconds since the fetch', () => {
    const rhythm = new FetchRhythm();
    rhythm.noteFetch(1_000);
    expect(rhythm.restMs(atTheEnd, 1_003)).toBe(17);
    expect(rhythm.restMs(atTheEnd, 1_020)).toBe(0);
    expect(rhythm.restMs(atTheEnd, 9_000)).toBe(0);
  });

  it('gives the batches of one fetch one rest together', () => {
    const rhythm = new FetchRhythm();
    rhythm.noteFetch(1_000);
    const [first, second] = [rhythm.restMs(atTheEnd, 1_005), rhythm.restMs(atTheEnd, 1_020)];
    expect([first, second]).toEqual([15, 0]);
  });

  it('never rests while events are left to read', () => {
    const rhythm = new FetchRhythm();
    rhythm.noteFetch(1_000);
    expect(rhythm.restMs({ nextOffset: 10, end: 11 }, 1_001)).toBe(0);
  });

  it('rests as long as its reader says', () => {
    const rhythm = new FetchRhythm(80);
    rhythm.noteFetch(1_000);
    expect(rhythm.restMs(atTheEnd, 1_003)).toBe(77);
  });

  it('rests anew after each fetch', () => {
    const rhythm = new FetchRhythm();
    rhythm.noteFetch(1_000);
    rhythm.noteFetch(1_060);
    expect(rhythm.restMs(atTheEnd, 1_070)).toBe(10);
  });
});
