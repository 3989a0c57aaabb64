import type { Scenario } from '../scenario.ts';
import { measureUniformLoad } from '../uniform-load.ts';

const name = 'ten-thousand-events';

export const tenThousandEvents: Scenario = {
  name,
  shows: '1,000 users, 10,000 events/s: funnel step → committed row p99 ≤ 500 ms, engagement p99 ≤ 30 s',
  method:
    'As thousand-events, with ten times the events of the same number of users. The load generator runs on the same ' +
    'machine; an event counts from when it was due, so a generator that falls behind shows as latency. No baseline.',
  longestMs: 20 * 60_000,
  run: (bench) =>
    measureUniformLoad(bench, name, { eventsPerSecond: 10_000, stepP99: 500, engagementP99: 30_000 }),
};
