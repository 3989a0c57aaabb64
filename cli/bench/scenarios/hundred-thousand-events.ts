import { setTimeout as delay } from 'node:timers/promises';

import { journeyWorkflowId } from '../../../events/letter.ts';
import { sampleJourneys } from '../../load-test/exactness.ts';
import { onFreshSystem, type FreshSystem } from '../fresh-system.ts';
import { costPerEvent, type CostSample } from '../measure/cost-by-progress.ts';
import { lostAndDoubled } from '../measure/lost-and-doubled.ts';
import { processorSeconds } from '../measure/processor-time.ts';
import { historyBound, sizesOfRuns } from '../measure/runs.ts';
import { atMost, ratioAtMost, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { offerSteadily } from '../steady-load.ts';
import { uniformLoad } from '../uniform-load.ts';

const name = 'hundred-thousand-events';
const eventsPerSecond = 1_000;
const sampleEveryMs = 250;

export const hundredThousandEvents: Scenario = {
  name,
  shows:
    'one journey with 100,000 events: the last tenth costs no more than the first, runs < 10,240 history events',
  method:
    'One user at 1,000 events/s for 100 s, after another user has warmed bridge, worker and server up. The cost of an ' +
    'event is the processor time of worker and Temporal server together; the baseline is the first tenth of the same ' +
    'journey. All runs of the workflow are listed with the lengths of their histories.',
  longestMs: 15 * 60_000,
  run,
};

function run(bench: Bench): Promise<Figure[]> {
  const durationMs = bench.quick ? 20_000 : 100_000;
  const warmUp = uniformLoad(
    eventsPerSecond,
    { warmUpMs: 0, durationMs: bench.quick ? 10_000 : 20_000 },
    { users: 1, firstUser: 1 },
  );
  const load = uniformLoad(eventsPerSecond, { warmUpMs: 0, durationMs }, { users: 1 });
  return onFreshSystem(bench, {}, async (system) => {
    const { stores } = system;
    await offerSteadily(bench, system, warmUp);
    const samples: CostSample[] = [];
    const over = new AbortController();
    let events = 0;
    const sampling = sampleCost(system, () => events, samples, over.signal);
    const counting: FreshSystem = {
      ...system,
      send: async (messages) => {
        await system.send(messages);
        events += messages.length;
      },
    };
    const measured = await offerSteadily(bench, counting, load).finally(() => over.abort());
    await sampling;
    const { since, sent } = measured;
    const tenth = Math.floor(sent / 10);
    const journeys = await sampleJourneys(stores, since, 1);
    const runs = await sizesOfRuns(stores.temporal, journeyWorkflowId(journeys[0]?.journeyId ?? 'nobody'));
    const lengths = runs.map(({ events: length }) => length);
    bench.tell(`${lengths.length} runs with ${lengths.join(', ')} history events.`);
    const { lost, doubled } = await lostAndDoubled(stores, { sent, since, journeys });
    const microseconds = (seconds: number | null) => (seconds === null ? null : seconds * 1e6);
    return [
      {
        name: `${name}/last-tenth`,
        value: microseconds(costPerEvent(samples, sent - tenth, sent)),
        unit: 'µs/event',
        baseline: microseconds(costPerEvent(samples, 0, tenth)),
        goal: ratioAtMost(1.2),
      },
      {
        name: `${name}/longest-history`,
        value: lengths.length > 0 ? Math.max(...lengths) : null,
        unit: 'history events',
        goal: atMost(historyBound - 1),
      },
      { name: `${name}/runs`, value: lengths.length, unit: 'runs' },
      { name: `${name}/lost`, value: lost, unit: 'events', goal: atMost(0) },
      { name: `${name}/doubled`, value: doubled, unit: 'events', goal: atMost(0) },
    ];
  });
}

/** Notes progress and processor time until `signal` and once at the end; nothing where there is no processor time to read. */
async function sampleCost(
  { running }: FreshSystem,
  events: () => number,
  samples: CostSample[],
  signal: AbortSignal,
): Promise<void> {
  for (let isLast = false; !isLast;) {
    isLast = signal.aborted;
    const sent = events();
    const server = await processorSeconds(running.serverProcessIds['Temporal']);
    const worker = await processorSeconds(running.worker.pid());
    if (server === null || worker === null) return;
    samples.push({ events: sent, seconds: server + worker });
    await delay(sampleEveryMs, undefined, { signal }).catch(() => undefined);
  }
}
