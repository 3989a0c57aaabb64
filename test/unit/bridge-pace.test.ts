// The pace stays within its bounds, falls when signals are slow, rises when they are quick, no further than letters need to be
// early enough, lets no letter wait until its journey is forgotten, and saves up no burst.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Pace } from '../../bridge/journey/pace.ts';

const bounds = { leastPerSecond: 20, mostPerSecond: 200 };

/** So many letters want the most that the bounds allow. */
const many = 10_000;
/** So few may wait at the least that the bounds allow. */
const some = 1_200;

function after(
  latencyMs: number,
  seconds: number,
  pace = new Pace(bounds, 0),
  from = 0,
  users = many,
  share = 0,
): Pace {
  for (let now = from; now < from + seconds * 1000; now += 100)
    pace.observe(latencyMs, { users, share }, now + 100);
  return pace;
}

describe('the pace', () => {
  it('begins at its least, rises at ease to its most, and falls back when it is crowded', () => {
    const pace = new Pace(bounds, 0);
    expect(pace.lettersPerSecond).toBe(20);
    after(9, 5, pace, 0, some);
    expect(pace.lettersPerSecond).toBeGreaterThan(20);
    after(9, 60, pace, 5_000);
    expect(pace.lettersPerSecond).toBe(200);
    after(500, 3, pace, 65_000, some);
    expect(pace.lettersPerSecond).toBeLessThan(150);
    after(500, 60, pace, 70_000, some);
    expect(pace.lettersPerSecond).toBe(20);
  });

  it('rises no further than those who wait need, and comes down to it when fewer do', () => {
    const pace = after(5, 60, new Pace(bounds, 0), 0, 1_000);
    expect(pace.lettersPerSecond).toBeGreaterThanOrEqual(71);
    expect(pace.lettersPerSecond).toBeLessThanOrEqual(82);
    after(5, 120, pace, 60_000, 600);
    expect(pace.lettersPerSecond).toBeGreaterThanOrEqual(42);
    expect(pace.lettersPerSecond).toBeLessThanOrEqual(54);
    expect(after(5, 120, pace, 180_000, 0).lettersPerSecond).toBe(20);
  });

  it('goes on from as many letters as went without it, within its bounds', () => {
    const pace = new Pace(bounds, 0);
    const unpaced = (perSecond: number, from: number) => {
      for (let sent = 1; sent <= perSecond; sent += 1) pace.observeUnpaced(from + (sent * 1_000) / perSecond);
      return pace.lettersPerSecond;
    };
    expect(unpaced(80, 0)).toBeCloseTo(80);
    expect(unpaced(1_000, 1_000)).toBe(200);
    expect(unpaced(5, 2_000)).toBe(20);
    expect(unpaced(120, 3_000)).toBeCloseTo(120);
    expect(after(5, 60, pace, 4_000, 0).lettersPerSecond).toBe(20);
  });

  it('stays where latency is neither', () => {
    const pace = after(9, 10, new Pace(bounds, 0), 0, some);
    const before = pace.lettersPerSecond;
    expect(before).toBeGreaterThan(20);
    expect(after(12, 20, pace, 10_000, some).lettersPerSecond).toBe(before);
  });

  it('comes down gently where signals wait for others, and quickly where they queue', () => {
    const busy = after(20, 10, after(5, 60), 60_000, some).lettersPerSecond;
    const crowded = after(40, 10, after(5, 60), 60_000, some).lettersPerSecond;
    expect(busy).toBeLessThan(200);
    expect(busy).toBeGreaterThan(120);
    expect(crowded).toBeLessThan(40);
  });

  it('lets no letter wait until its journey is forgotten, however crowded it is', () => {
    expect(after(500, 60, new Pace(bounds, 0), 0, 6_000).lettersPerSecond).toBe(100);
    expect(after(500, 60, new Pace(bounds, 0), 0, 60_000).lettersPerSecond).toBe(bounds.mostPerSecond);
  });

  it('comes sooner to everybody the fuller the room is, however crowded it is', () => {
    const crowdedWith = (share: number) =>
      after(500, 60, new Pace(bounds, 0), 0, 1_200, share).lettersPerSecond;
    expect(crowdedWith(0)).toBe(20);
    expect(crowdedWith(0.5)).toBeCloseTo(40);
    expect(crowdedWith(0.75)).toBeCloseTo(80);
    expect(crowdedWith(0.9)).toBeCloseTo(200);
    expect(crowdedWith(1)).toBeCloseTo(200);
  });

  it('holds a steady rate below where letters pass it, in a server that stays crowded', () => {
    const [users, room, perLetter] = [1_000, 300_000, 500];
    const pace = new Pace(bounds, 0);
    // As many events of each user come as at twenty thousand a second, and whoever waits longest has the next letter.
    const since = new Array<number>(users).fill(0);
    let share = 0;
    let fullest = 0;
    for (let second = 1; second <= 300; second += 1) {
      for (let letters = pace.lettersPerSecond; letters >= 1; letters -= 1) {
        const longest = since.indexOf(Math.min(...since));
        since[longest] = Math.min(second, (since[longest] ?? 0) + perLetter / 20);
      }
      share = since.reduce((events, from) => events + (second - from) * 20, 0) / room;
      fullest = Math.max(fullest, share);
      pace.observe(500, { users, share }, second * 1_000);
    }
    expect(fullest).toBeLessThan(0.9);
  });

  it('falls while the worker is behind, however quickly signals are answered, and does not rise before it has caught up', () => {
    const pace = after(5, 60);
    expect(pace.isWorkerBehind).toBe(false);
    pace.observeLag(900);
    expect(pace.isWorkerBehind).toBe(true);
    after(5, 60, pace, 60_000, some);
    expect(pace.lettersPerSecond).toBe(20);
    pace.observeLag(150);
    after(5, 10, pace, 120_000, some);
    expect(pace.lettersPerSecond).toBe(20);
    pace.observeLag(0);
    after(5, 60, pace, 130_000);
    expect(pace.lettersPerSecond).toBe(200);
  });

  it('is not moved by a single slow signal among many', () => {
    const pace = new Pace(bounds, 0);
    for (let now = 50; now <= 1_000; now += 50)
      pace.observe(now === 500 ? 9_000 : 10, { users: many, share: 0 }, now);
    expect(pace.lettersPerSecond).toBeGreaterThan(20);
  });

  const observation = fc.record({
    latencyMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
    afterMs: fc.nat(3_000),
    users: fc.nat(5_000),
    share: fc.double({ min: 0, max: 1.5, noNaN: true }),
  });
  it('never leaves its bounds', () => {
    const anyBounds = fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 500 }));
    fc.assert(
      fc.property(anyBounds, fc.array(observation), ([least, more], observations) => {
        const pace = new Pace({ leastPerSecond: least, mostPerSecond: least + more }, 0);
        let now = 0;
        for (const { latencyMs, afterMs, users, share } of observations) {
          now += afterMs;
          pace.observe(latencyMs, { users, share }, now);
          expect(pace.lettersPerSecond).toBeGreaterThanOrEqual(least);
          expect(pace.lettersPerSecond).toBeLessThanOrEqual(least + more);
        }
      }),
    );
  });
});

describe('leave', () => {
  it('for letters is given at the pace, over any time and however it is asked for', () => {
    const waits = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 30 })), { minLength: 1 });
    fc.assert(
      fc.property(waits, (asks) => {
        const pace = new Pace(bounds, 0);
        let now = 0;
        let given = 0;
        for (const [waitMs, times] of asks) {
          now += waitMs;
          for (let count = 0; count < times; count += 1) {
            if (!pace.tryTake(now)) continue;
            given += 1;
            // One that was not needed is given back, and counts as not taken.
            if (count % 5 === 4) {
              pace.giveBack();
              given -= 1;
            }
          }
          expect(given).toBeLessThanOrEqual((now / 1000) * bounds.leastPerSecond + 1e-6);
          expect(pace.waitMs).toBeGreaterThanOrEqual(1);
          expect(pace.waitMs).toBeLessThanOrEqual(1000 / bounds.leastPerSecond + 1e-6);
        }
      }),
    );
  });

  it('is not saved up over a quiet hour', () => {
    const pace = new Pace(bounds, 0);
    let given = 0;
    while (pace.tryTake(3_600_000)) given += 1;
    expect(given).toBeGreaterThan(0);
    expect(given).toBeLessThanOrEqual(bounds.leastPerSecond);
  });

  it('comes after the wait that was told', () => {
    const pace = new Pace(bounds, 0);
    while (pace.tryTake(1_000));
    expect(pace.tryTake(1_000 + pace.waitMs + 0.001)).toBe(true);
  });
});
