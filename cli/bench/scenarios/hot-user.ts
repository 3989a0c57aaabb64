import { journeyWorkflowId } from '../../../events/letter.ts';
import { stepLatency } from '../../load-test/committed-rows.ts';
import { sampleJourneys } from '../../load-test/exactness.ts';
import { onFreshSystem } from '../fresh-system.ts';
import { hotUserLoad } from '../hot-user-load.ts';
import { lostAndDoubled } from '../measure/lost-and-doubled.ts';
import { historyBound, sizesOfRuns } from '../measure/runs.ts';
import { atMost, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { offerSteadily } from '../steady-load.ts';

const name = 'hot-user';
const everyJourney = 1_000_000;
/** What a client takes in one message by default. */
const megabytesReadable = 4.19;

export const hotUser: Scenario = {
  name,
  shows:
    'one user at 1,000 events/s for ten minutes: the steps of 1,000 others stay within 500 ms p99, runs within 4 MB',
  method:
    'Equal users at 1,000 events/s for a minute and a half, of which the last minute is the baseline; then one more sends another ' +
    '1,000 events/s for ten minutes. The steps are those of all users, of which the hot one has one in a thousand. All runs ' +
    'of its workflow are listed with the sizes of their histories, and every journey is asked how many events it holds.',
  longestMs: 30 * 60_000,
  run,
};

function run(bench: Bench): Promise<Figure[]> {
  const times = bench.quick
    ? { warmUpMs: 15_000, beforeMs: 15_000, hotMs: 30_000 }
    : { warmUpMs: 30_000, beforeMs: 60_000, hotMs: 600_000 };
  return onFreshSystem(bench, {}, async (system) => {
    const { stores } = system;
    const { since, measuredFrom, until, sent } = await offerSteadily(bench, system, hotUserLoad(times));
    const hotFrom = new Date(measuredFrom.getTime() + times.beforeMs);
    const before = await stepLatency(stores.database, measuredFrom, hotFrom);
    const meanwhile = await stepLatency(stores.database, hotFrom, until);
    const journeys = await sampleJourneys(stores, since, everyJourney);
    const [hot] = journeys.toSorted((left, right) => right.events - left.events);
    const runs = await sizesOfRuns(stores.temporal, journeyWorkflowId(hot?.journeyId ?? 'nobody'));
    bench.tell(`${runs.length} runs of the journey of ${hot?.events ?? 0} events.`);
    const largest = (size: 'events' | 'bytes'): number | null =>
      runs.length > 0 ? Math.max(...runs.map((one) => one[size])) : null;
    const bytes = largest('bytes');
    const { lost, doubled } = await lostAndDoubled(stores, { sent, since, journeys });
    return [
      {
        name: `${name}/step-p99-of-others`,
        value: meanwhile?.p99 ?? null,
        unit: 'ms',
        baseline: before?.p99 ?? null,
        goal: atMost(500),
      },
      {
        name: `${name}/largest-run`,
        value: bytes === null ? null : bytes / 1e6,
        unit: 'MB',
        goal: atMost(megabytesReadable),
      },
      {
        name: `${name}/longest-history`,
        value: largest('events'),
        unit: 'history events',
        goal: atMost(historyBound - 1),
      },
      { name: `${name}/lost`, value: lost, unit: 'events', goal: atMost(0) },
      { name: `${name}/doubled`, value: doubled, unit: 'events', goal: atMost(0) },
    ];
  });
}
