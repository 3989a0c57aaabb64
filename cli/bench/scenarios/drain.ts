import { writeBacklog } from '../backlog.ts';
import { drainBacklog } from '../drain-backlog.ts';
import { onFreshSystem } from '../fresh-system.ts';
import { atLeast, atMost, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';

const name = 'drain';

export const drain: Scenario = {
  name,
  shows: 'a backlog of 1 million events of 1,000 users into the actors: ≥ 30,000 events/s',
  method:
    'The backlog is on the topic before the bridge starts. The clock runs from the moment the bridge has its partitions to ' +
    'the last workflow task that took an event, read from the ends of all histories; the record lane drains the same ' +
    'backlog meanwhile. Every journey is asked afterwards how many events it holds. No baseline.',
  longestMs: 20 * 60_000,
  run,
};

function run(bench: Bench): Promise<Figure[]> {
  const events = bench.quick ? 100_000 : 1_000_000;
  const plan = { events, users: 1_000, ratePerSecond: 10_000 };
  return onFreshSystem(bench, { backlog: (send) => writeBacklog(bench, send, plan) }, async (system) => {
    const { perSecond, recordPerSecond, lost, doubled } = await drainBacklog(bench, system, events);
    return [
      { name: `${name}/journeys`, value: perSecond, unit: 'events/s', goal: atLeast(30_000) },
      { name: `${name}/record`, value: recordPerSecond, unit: 'events/s' },
      { name: `${name}/lost`, value: lost, unit: 'events', goal: atMost(0) },
      { name: `${name}/doubled`, value: doubled, unit: 'events', goal: atMost(0) },
    ];
  });
}
