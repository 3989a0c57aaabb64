import { stepLatency } from '../../load-test/committed-rows.ts';
import { sampleJourneys } from '../../load-test/exactness.ts';
import { onFreshSystem } from '../fresh-system.ts';
import { lagGrowth } from '../measure/lag.ts';
import { lostAndDoubled } from '../measure/lost-and-doubled.ts';
import { newUserLoad } from '../new-user-load.ts';
import { atMost, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { endsOf, offerSteadily } from '../steady-load.ts';

const name = 'realistic-shop';
const journeysAsked = 1_000;
/** Lag swings by the time that one round of letters to all who are in the shop takes. */
const mostGrowthSeconds = 5;

export const realisticShop: Scenario = {
  name,
  shows: '40 new users/s (about 800 events/s): funnel step → committed row p99 ≤ 500 ms, lag not growing',
  method:
    'Every session is of a new identified user: about 20 events in a minute and a half, one session in ten with a cart. ' +
    'Five minutes are measured, after three in which the shop fills. Lag is the oldest part of the load that is not ' +
    'committed, in seconds; its growth is the median of the last minute less that of the first. No baseline.',
  longestMs: 25 * 60_000,
  run,
};

async function run(bench: Bench): Promise<Figure[]> {
  const { times, partMs } = bench.quick
    ? { times: { warmUpMs: 40_000, durationMs: 45_000 }, partMs: 15_000 }
    : { times: { warmUpMs: 180_000, durationMs: 300_000 }, partMs: 60_000 };
  const load = newUserLoad(times);
  return onFreshSystem(bench, {}, async (system) => {
    const measured = await offerSteadily(bench, system, load);
    const { database } = system.stores;
    const { since, measuredFrom, sent, lags } = measured;
    const windows = endsOf(measured, partMs);
    const all = await stepLatency(database, measuredFrom);
    const first = await stepLatency(database, new Date(windows.first.from), new Date(windows.first.until));
    const last = await stepLatency(database, new Date(windows.last.from), new Date(windows.last.until));
    const journeys = await sampleJourneys(system.stores, since, journeysAsked);
    const { lost, doubled } = await lostAndDoubled(system.stores, { sent, since, journeys });
    return [
      { name: `${name}/step-p99`, value: all?.p99 ?? null, unit: 'ms', goal: atMost(500) },
      {
        name: `${name}/step-p99-at-the-end`,
        value: last?.p99 ?? null,
        unit: 'ms',
        baseline: first?.p99 ?? null,
        goal: atMost(500),
      },
      {
        name: `${name}/journey-lag-growth`,
        value: lagGrowth(lags, 'journey', windows, load.eventsPerSecond),
        unit: 's',
        goal: atMost(mostGrowthSeconds),
      },
      {
        name: `${name}/record-lag-growth`,
        value: lagGrowth(lags, 'record', windows, load.eventsPerSecond),
        unit: 's',
        goal: atMost(mostGrowthSeconds),
      },
      { name: `${name}/lost`, value: lost, unit: 'events', goal: atMost(0) },
      { name: `${name}/doubled`, value: doubled, unit: 'events', goal: atMost(0) },
    ];
  });
}
