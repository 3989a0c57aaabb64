// The search of the bench finds the limit to its resolution, never tries more often than it may, never leaves its bounds,
// and only ever reports a rate that held when it was tried.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { searchHighest, type SearchPlan } from '../../cli/bench/search.ts';
import { isSteady } from '../../cli/bench/steadiness.ts';

const plan: SearchPlan = { least: 1_000, most: 64_000, start: 16_000, resolution: 0.1, mostProbes: 20 };

async function searchFor(limit: number, given: SearchPlan = plan) {
  const tried: number[] = [];
  const found = await searchHighest(given, async (candidate) => {
    tried.push(candidate);
    return candidate <= limit;
  });
  return { found, tried };
}

describe('the search', () => {
  it('comes within its resolution of any limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: plan.least, max: plan.most - 1 }),
        fc.integer({ min: plan.least, max: plan.most }),
        async (limit, start) => {
          const { found, tried } = await searchFor(limit, { ...plan, start });
          expect(tried).toContain(found);
          expect(found).toBeLessThanOrEqual(limit);
          expect((found ?? 0) * (1 + plan.resolution)).toBeGreaterThanOrEqual(limit - 1);
          expect(new Set(tried).size).toBe(tried.length);
        },
      ),
    );
  });

  it('keeps to its bounds and to its number of probes, whatever the answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        fc.integer({ min: 1, max: 8 }),
        async (answers, mostProbes) => {
          const tried: number[] = [];
          const held: number[] = [];
          const found = await searchHighest({ ...plan, mostProbes }, async (candidate) => {
            const holds = answers[tried.length] === true;
            tried.push(candidate);
            if (holds) held.push(candidate);
            return holds;
          });
          expect(tried.length).toBeLessThanOrEqual(mostProbes);
          for (const candidate of tried) {
            expect(candidate).toBeGreaterThanOrEqual(plan.least);
            expect(candidate).toBeLessThanOrEqual(plan.most);
          }
          expect(found).toBe(held.length > 0 ? Math.max(...held) : null);
        },
      ),
    );
  });

  it('stops at its bounds', async () => {
    expect(await searchFor(Number.POSITIVE_INFINITY)).toEqual({
      found: 64_000,
      tried: [16_000, 32_000, 64_000],
    });
    expect(await searchFor(0)).toEqual({ found: null, tried: [16_000, 8_000, 4_000, 2_000, 1_000] });
  });
});

describe('a rate', () => {
  const steady = {
    eventsPerSecond: 10_000,
    sentPerSecond: 9_990,
    stepP99: 480,
    recordLagGrowth: 0.1,
    journeyLagGrowth: -3,
  };

  it('holds when everything does', () => {
    expect(isSteady(steady)).toBe(true);
  });

  it.each([
    ['the generator fell behind', { sentPerSecond: 9_500 }],
    ['the steps are slow', { stepP99: 501 }],
    ['no step was measured', { stepP99: null }],
    ['the record lags more and more', { recordLagGrowth: 2.1 }],
    ['the journeys lag more and more', { journeyLagGrowth: 2.1 }],
    ['the lag is not known', { journeyLagGrowth: null }],
  ])('does not hold when %s', (_why, part) => {
    expect(isSteady({ ...steady, ...part })).toBe(false);
  });
});
