import { writeBacklog } from '../backlog.ts';
import { drainBacklog, recordedPerSecond } from '../drain-backlog.ts';
import { drainIntoJourneys, recordFirst } from '../drain-journeys.ts';
import { onFreshSystem, type Send } from '../fresh-system.ts';
import { atLeast, atMost, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';

const name = 'drain';

export const drain: Scenario = {
  name,
  shows: 'a backlog of 1 million events of 1,000 users into the actors: ≥ 30,000 events/s',
  method:
    'The backlog is on the topic before the bridge starts. The clock runs from the moment the bridge has its partitions to ' +
    'the last workflow task that took an event, read from the ends of all histories. Every journey is asked afterwards how ' +
    'many events it holds. Twice: with the record there already, as when Temporal was away and the record went on; and, ' +
    'without a goal, with both lanes reading the same backlog side by side. No baseline.',
  longestMs: 20 * 60_000,
  run,
};

async function run(bench: Bench): Promise<Figure[]> {
  const events = bench.quick ? 100_000 : 1_000_000;
  const plan = { events, users: 1_000, ratePerSecond: 10_000 };
  const backlog = (send: Send) => writeBacklog(bench, send, plan);
  const alone = await onFreshSystem(bench, { backlog, environment: recordFirst }, (system) =>
    drainIntoJourneys(bench, system, events),
  );
  const beside = await onFreshSystem(bench, { backlog }, async (system) => ({
    ...(await drainBacklog(bench, system, events)),
    recordPerSecond: await recordedPerSecond(system, events),
  }));
  return [
    { name: `${name}/journeys`, value: alone.perSecond, unit: 'events/s', goal: atLeast(30_000) },
    { name: `${name}/side by side/journeys`, value: beside.perSecond, unit: 'events/s' },
    { name: `${name}/side by side/record`, value: beside.recordPerSecond, unit: 'events/s' },
    { name: `${name}/lost`, value: alone.lost + beside.lost, unit: 'events', goal: atMost(0) },
    { name: `${name}/doubled`, value: alone.doubled + beside.doubled, unit: 'events', goal: atMost(0) },
  ];
}
