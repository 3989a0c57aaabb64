// The bench judges a figure by what was measured and not by what is printed, keeps the contract's fields on each JSON line,
// and never counts what was not measured as reached.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { atLeast, atMost, ratioAtLeast, ratioAtMost, resultOf, toJsonLine } from '../../cli/bench/result.ts';
import { formatTable } from '../../cli/bench/table.ts';
import { chooseScenarios, scenarios } from '../../cli/bench/scenarios.ts';

const figure = { name: 'drain/journeys', value: 31_234, unit: 'events/s' };

describe('a result', () => {
  it('has the fields of the contract, in one line', () => {
    const line = toJsonLine(resultOf({ ...figure, baseline: 1_000, goal: ratioAtLeast(25) }));
    expect(line.endsWith('}\n')).toBe(true);
    expect(JSON.parse(line)).toEqual({
      name: 'drain/journeys',
      value: 31_234,
      unit: 'events/s',
      baseline: 1_000,
      ratio: 31.23,
      goal: 'ratio ≥ 25',
      met: true,
    });
    expect(Object.keys(JSON.parse(line) as object)).toEqual([
      ...['name', 'value', 'unit', 'baseline', 'ratio', 'goal', 'met'],
    ]);
  });

  it.each([
    [atMost(250), 250, null, true],
    [atMost(250), 250.001, null, false],
    [atLeast(30_000), 30_000, null, true],
    [atLeast(30_000), 29_999.9, null, false],
    [atMost(0), 1, null, false],
    [ratioAtMost(1.2), 12, 10, true],
    [ratioAtMost(1.2), 12.001, 10, false],
    [ratioAtLeast(25), 249, 10, false],
  ])('is judged before it is rounded: %o, %d against %s', (goal, value, baseline, met) => {
    expect(resultOf({ ...figure, value, baseline, goal }).met).toBe(met);
  });

  it.each([
    ['a value', { value: null, goal: atMost(250) }],
    ['a baseline', { value: 3, baseline: null, goal: ratioAtMost(1) }],
    ['a baseline above zero', { value: 3, baseline: 0, goal: ratioAtMost(1) }],
    ['a goal', { value: 3 }],
  ])('without %s is neither met nor missed', (_what, part) => {
    expect(resultOf({ ...figure, ...part }).met).toBeNull();
  });

  it('is printed to within a thousandth, whatever its size', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (value) => {
        const printed = resultOf({ ...figure, value }).value ?? 0;
        expect(Math.abs(printed - value)).toBeLessThanOrEqual(value * 1e-3);
      }),
    );
  });
});

describe('the table', () => {
  it('says what was missed and what was not measured, in aligned columns', () => {
    const table = formatTable([
      resultOf({ ...figure, goal: atLeast(30_000) }),
      resultOf({ name: 'a/step-p99', value: 612.4, unit: 'ms', goal: atMost(500) }),
      resultOf({ name: 'b', value: 3, unit: 'µs/event', baseline: 120, goal: ratioAtMost(1 / 20) }),
      resultOf({ name: 'c', value: null, unit: 's', goal: atMost(5) }),
      resultOf({ name: 'd', value: 12, unit: 'runs' }),
    ]);
    expect(table.split('\n')).toEqual([
      'figure                    value  baseline  ratio  goal          met',
      'drain/journeys  31,234 events/s                   ≥ 30,000      yes',
      'a/step-p99             612.4 ms                   ≤ 500         NO',
      'b                    3 µs/event       120  0.025  ratio ≤ 0.05  yes',
      'c                  not measured                   ≤ 5',
      'd                       12 runs',
    ]);
  });
});

describe('the scenarios', () => {
  it('have names of their own, one line each, and an end', () => {
    expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
    for (const { name, shows, method, longestMs } of scenarios) {
      expect(name).toMatch(/^[a-z][a-z-]+$/);
      expect(shows).not.toContain('\n');
      expect(method.length).toBeGreaterThan(80);
      expect(longestMs).toBeGreaterThan(0);
    }
  });

  it('are chosen by name, in the order of the list, and a wrong name is told with the right ones', () => {
    expect(chooseScenarios([])).toEqual(scenarios);
    expect(chooseScenarios(['drain', 'thousand-events']).map(({ name }) => name)).toEqual([
      ...['thousand-events', 'drain'],
    ]);
    expect(() => chooseScenarios(['drain', 'darin'])).toThrow(/no darin\. It has: .*drain/);
  });
});
