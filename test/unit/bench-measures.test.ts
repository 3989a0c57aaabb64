// What the bench derives from its samples is what they say: lag growth, cost per event, processor time; and where they
// say nothing, it is `null`, never a number.
import { describe, expect, it } from 'vitest';

import { costPerEvent } from '../../cli/bench/measure/cost-by-progress.ts';
import { inParallel } from '../../cli/bench/measure/in-parallel.ts';
import { lagGrowth, medianLag, type LagSample } from '../../cli/bench/measure/lag.ts';
import { mostResident, parseResidentBytes } from '../../cli/bench/measure/memory.ts';
import { ratePerSecond } from '../../cli/bench/measure/rate.ts';
import { parseProcessTimes, spent } from '../../cli/bench/measure/processor-time.ts';

describe('lag', () => {
  const samples: LagSample[] = Array.from({ length: 60 }, (_, second) => ({
    at: second * 1_000,
    record: 5,
    journey: second * 100,
  }));
  const windows = { first: { from: 0, until: 20_000 }, last: { from: 40_000, until: 60_000 } };

  it('grows by what the medians of two windows differ, in seconds of the load', () => {
    expect(lagGrowth(samples, 'journey', windows, 1_000)).toBe(4);
    expect(lagGrowth(samples, 'record', windows, 1_000)).toBe(0);
  });

  it('is not moved by one reading that is far off', () => {
    const withPeak = [...samples, { at: 50_500, record: 1_000_000, journey: 1_000_000 }];
    expect(lagGrowth(withPeak, 'record', windows, 1_000)).toBe(0);
  });

  it('is not known without a sample in each window', () => {
    expect(medianLag(samples, 'record', { from: 60_000, until: 61_000 })).toBeNull();
    const late = { ...windows, last: { from: 60_000, until: 61_000 } };
    expect(lagGrowth(samples, 'journey', late, 1_000)).toBeNull();
  });
});

describe('cost', () => {
  const samples = [
    { events: 0, seconds: 10 },
    { events: 100, seconds: 11 },
    { events: 300, seconds: 15 },
    { events: 400, seconds: 17 },
  ];

  it('is the difference of the times, between samples by straight lines', () => {
    expect(costPerEvent(samples, 0, 100)).toBeCloseTo(0.01);
    expect(costPerEvent(samples, 50, 200)).toBeCloseTo((13 - 10.5) / 150);
    expect(costPerEvent(samples, 300, 400)).toBeCloseTo(0.02);
  });

  it('is not known beyond the samples', () => {
    expect(costPerEvent(samples, 300, 401)).toBeNull();
    expect(costPerEvent(samples.slice(1), 50, 200)).toBeNull();
    expect(costPerEvent([], 0, 1)).toBeNull();
  });
});

describe('memory', () => {
  it('is what the process’s status says is resident', () => {
    const status = 'Name:\tnode\nVmPeak:\t  900000 kB\nVmRSS:\t  250000 kB\nRssAnon:\t  1 kB\n';
    expect(parseResidentBytes(status)).toBe(256_000_000);
    expect(parseResidentBytes('')).toBeNull();
  });

  it('is the most between two instants, and not known without a sample', () => {
    const samples = [300, 500, 400].map((residentBytes, index) => ({ at: index * 250, residentBytes }));
    expect(mostResident(samples, 0, 250)).toBe(300);
    expect(mostResident(samples, 0, 750)).toBe(500);
    expect(mostResident(samples, 750, 1_000)).toBeNull();
  });
});

describe('a rate', () => {
  it('is of the time between start and end', () => {
    expect(ratePerSecond(3_000, 10_000, 11_500)).toBe(2_000);
  });

  it.each([10_000, 9_999, Number.NaN])('is refused when the end (%d) is not after the start', (endedAt) => {
    expect(() => ratePerSecond(3_000, 10_000, endedAt)).toThrow(/nothing was measured/);
  });
});

describe('processor time', () => {
  it('is read from the line of a process, whatever the name of its command', () => {
    const rest = 'S 1 4242 4242 0 -1 4194560 1 0 0 0 250 150 7 9 20 0 12 0 100 0 0';
    for (const command of ['node', 'a) S 1 2', 'tmux: server (x)']) {
      expect(parseProcessTimes(`77 (${command}) ${rest}`)).toEqual({ group: 4242, seconds: 4 });
    }
  });

  it.each(['', 'nonsense', '77 (node) S 1'])('is not known from %j', (text) => {
    expect(parseProcessTimes(text)).toBeNull();
  });

  it('spent is not known when a reading is missing', () => {
    expect(spent(1, 3)).toBe(2);
    expect(spent(null, 3)).toBeNull();
    expect(spent(1, null)).toBeNull();
  });
});

describe('work in parallel', () => {
  it('is done once for each item, so many at once, with results in order', async () => {
    let running = 0;
    let most = 0;
    const results = await inParallel([5, 1, 4, 2, 3], 2, async (item) => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
      running -= 1;
      return item * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(2);
  });

  it('that fails begins nothing more, and rejects when all that was under way has ended', async () => {
    const begun: number[] = [];
    let ended = 0;
    const working = inParallel([0, 1, 2, 3, 4], 2, async (item) => {
      begun.push(item);
      for (let turn = 0; turn < item * 10; turn += 1) await Promise.resolve();
      ended += 1;
      if (item === 0) throw new Error('the first went wrong');
    });
    await expect(working).rejects.toThrow('the first went wrong');
    expect(begun).toEqual([0, 1]);
    expect(ended).toBe(2);
  });
});
