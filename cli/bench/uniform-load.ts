import { uniformUsers, type UniformOptions } from '../../simulator/uniform-users.ts';
import { recordLatency, stepLatency } from '../load-test/committed-rows.ts';
import { engagementLatencies } from '../load-test/engagement.ts';
import { sampleJourneys } from '../load-test/exactness.ts';
import { percentilesOf } from '../load-test/percentiles.ts';
import { onFreshSystem } from './fresh-system.ts';
import { lostAndDoubled } from './measure/lost-and-doubled.ts';
import { atMost, type Figure } from './result.ts';
import type { Bench } from './scenario.ts';
import { offerSteadily, type SteadyLoad } from './steady-load.ts';

const seed = 20_260_301;
const historiesRead = 60;
const everyJourney = 1_000_000;

export interface UniformLoadGoals {
  readonly eventsPerSecond: number;
  /** Milliseconds. */
  readonly stepP99: number;
  readonly engagementP99: number;
}

export function uniformLoad(
  eventsPerSecond: number,
  times: { readonly warmUpMs: number; readonly durationMs: number },
  options: Partial<UniformOptions> = {},
): SteadyLoad {
  return {
    ...times,
    eventsPerSecond,
    messages: (opensAt) =>
      uniformUsers({ seed, users: 1_000, ratePerSecond: eventsPerSecond, opensAt, ...options }),
  };
}

/** 1,000 equal users at a steady rate: what the first two rows of the speed table ask for. */
export function measureUniformLoad(
  bench: Bench,
  name: string,
  { eventsPerSecond, stepP99, engagementP99 }: UniformLoadGoals,
): Promise<Figure[]> {
  const times = bench.quick
    ? { warmUpMs: 20_000, durationMs: 15_000 }
    : { warmUpMs: 30_000, durationMs: 60_000 };
  return onFreshSystem(bench, {}, async (system) => {
    const { database, temporal } = system.stores;
    const { since, measuredFrom, sent } = await offerSteadily(
      bench,
      system,
      uniformLoad(eventsPerSecond, times),
    );
    const journeys = await sampleJourneys(system.stores, since, everyJourney);
    const sampled = journeys.slice(0, historiesRead).map(({ journeyId }) => journeyId);
    const engagement = percentilesOf(await engagementLatencies(temporal, sampled, measuredFrom));
    const steps = await stepLatency(database, measuredFrom);
    const rows = await recordLatency(database, measuredFrom);
    const { lost, doubled } = await lostAndDoubled(system.stores, { sent, since, journeys });
    return [
      { name: `${name}/step-p99`, value: steps?.p99 ?? null, unit: 'ms', goal: atMost(stepP99) },
      { name: `${name}/step-p50`, value: steps?.p50 ?? null, unit: 'ms' },
      {
        name: `${name}/engagement-p99`,
        value: engagement?.p99 ?? null,
        unit: 'ms',
        goal: atMost(engagementP99),
      },
      { name: `${name}/row-p99`, value: rows?.p99 ?? null, unit: 'ms' },
      { name: `${name}/lost`, value: lost, unit: 'events', goal: atMost(0) },
      { name: `${name}/doubled`, value: doubled, unit: 'events', goal: atMost(0) },
    ];
  });
}
