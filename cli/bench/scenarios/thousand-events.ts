import type { Scenario } from '../scenario.ts';
import { measureUniformLoad } from '../uniform-load.ts';

const name = 'thousand-events';

export const thousandEvents: Scenario = {
  name,
  shows: '1,000 users, 1,000 events/s: funnel step → committed row p99 ≤ 250 ms, engagement p99 ≤ 15 s',
  method:
    'Equal users for a minute, after a warm-up that starts their workflows. A step counts from the time of its event to ' +
    'the commit of its row, as PostgreSQL noted it; engagement to the workflow task that took the event, from histories ' +
    'of 60 journeys. Lost and doubled events are counted in the record and by asking every journey. No baseline.',
  longestMs: 15 * 60_000,
  run: (bench) =>
    measureUniformLoad(bench, name, { eventsPerSecond: 1_000, stepP99: 250, engagementP99: 15_000 }),
};
