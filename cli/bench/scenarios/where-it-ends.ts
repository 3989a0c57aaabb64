import { stepLatency } from '../../load-test/committed-rows.ts';
import { onFreshSystem } from '../fresh-system.ts';
import { lagGrowth } from '../measure/lag.ts';
import { atLeast, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { searchHighest } from '../search.ts';
import { isSteady, keptUp, type Observed } from '../steadiness.ts';
import { endsOf, offerWatched, waitForAll } from '../steady-load.ts';
import { uniformLoad } from '../uniform-load.ts';

const name = 'where-it-ends';

export const whereItEnds: Scenario = {
  name,
  shows:
    'the highest steady rate of 1,000 users with funnel step p99 ≤ 500 ms and no growing lag: aim 20,000 events/s',
  method:
    'A search by doubling and halving, to ten per cent; each rate is offered to a fresh system for half a minute after a ' +
    'warm-up. A rate holds if the generator kept up with it, the steps are within 500 ms, and the lag of both lanes in ' +
    'the last third of the time is no more than two seconds above that in the first. No baseline.',
  longestMs: 45 * 60_000,
  run,
};

async function run(bench: Bench): Promise<Figure[]> {
  const plan = {
    least: 1_000,
    most: 64_000,
    start: bench.quick ? 2_000 : 16_000,
    resolution: 0.1,
    mostProbes: bench.quick ? 2 : 8,
  };
  const highest = await searchHighest(plan, async (eventsPerSecond) => {
    bench.tell(`Trying ${eventsPerSecond} events/s.`);
    const observed = await observe(bench, eventsPerSecond);
    const holds = isSteady(observed);
    bench.tell(
      `${eventsPerSecond} events/s ${holds ? 'holds' : 'does not hold'}: ${observed.sentPerSecond}/s were sent, steps p99 ` +
        `${observed.stepP99 === null ? 'not measured' : `${observed.stepP99} ms`}, lag growth ${seconds(observed.recordLagGrowth)} (record) and ` +
        `${seconds(observed.journeyLagGrowth)} (journeys).`,
    );
    return holds;
  });
  // None that was tried held: that was measured, and is no rate at all.
  return [{ name: `${name}/rate`, value: highest ?? 0, unit: 'events/s', goal: atLeast(20_000) }];
}

function observe(bench: Bench, eventsPerSecond: number): Promise<Observed> {
  const times = bench.quick
    ? { warmUpMs: 15_000, durationMs: 12_000 }
    : // A round of letters to all users takes up to half a minute: until then the lag of the journeys only grows.
      { warmUpMs: 45_000, durationMs: 30_000 };
  return onFreshSystem(bench, {}, async (system) => {
    const measured = await offerWatched(bench, system, uniformLoad(eventsPerSecond, times));
    const windows = endsOf(measured, times.durationMs / 3);
    const flow = {
      eventsPerSecond,
      sentPerSecond: measured.sentPerSecond,
      recordLagGrowth: lagGrowth(measured.lags, 'record', windows, eventsPerSecond),
      journeyLagGrowth: lagGrowth(measured.lags, 'journey', windows, eventsPerSecond),
    };
    // Already lost: to wait until it has all arrived would take minutes and change nothing.
    if (!keptUp(flow)) return { ...flow, stepP99: null };
    await waitForAll(bench, system);
    const steps = await stepLatency(system.stores.database, measured.measuredFrom);
    return { ...flow, stepP99: steps?.p99 ?? null };
  });
}

const seconds = (growth: number | null): string => (growth === null ? 'unknown' : `${growth.toFixed(1)} s`);
