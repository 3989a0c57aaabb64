import { writeBacklog } from '../backlog.ts';
import { drainIntoJourneys, recordFirst } from '../drain-journeys.ts';
import { onFreshSystem, type Send } from '../fresh-system.ts';
import { measureOneSignalPerEvent } from '../one-signal/measure.ts';
import { ratioAtLeast, ratioAtMost, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';

const name = 'one-signal-per-event';

export const oneSignalPerEvent: Scenario = {
  name,
  shows:
    "letters against one signal an event, same run: ≥ 25 × the events/s, ≤ 1/20 of the server's CPU an event",
  method:
    'Aisle drains a backlog of 1,000 users into its journeys, with the record there already. Then it is stopped, and the ' +
    'beginning of the same topic is read again the way most people would: a consumer that signals (with start) a workflow ' +
    'for each event, 24 in flight, its workflow counting and writing a row at each step by a local activity, in a worker ' +
    'process of its own. Neither has a record lane while it is measured; the baseline is spared the start of its ' +
    'workflows, too. Both end with the last workflow task.',
  longestMs: 25 * 60_000,
  run,
};

function run(bench: Bench): Promise<Figure[]> {
  const events = bench.quick ? 100_000 : 1_000_000;
  const compared = bench.quick
    ? { warmUpEvents: 3_000, events: 2_000 }
    : { warmUpEvents: 5_000, events: 15_000 };
  const plan = { events, users: 1_000, ratePerSecond: 10_000 };
  const backlog = (send: Send) => writeBacklog(bench, send, plan);
  return onFreshSystem(bench, { backlog, environment: recordFirst }, async (system) => {
    const ours = await drainIntoJourneys(bench, system, events);
    await system.running.worker.stop();
    const theirs = await measureOneSignalPerEvent(bench, system, compared);
    return [
      {
        name: `${name}/throughput`,
        value: ours.perSecond,
        unit: 'events/s',
        baseline: theirs.perSecond,
        goal: ratioAtLeast(25),
      },
      {
        name: `${name}/temporal-cpu`,
        value: microseconds(ours.temporalSecondsPerEvent),
        unit: 'µs/event',
        baseline: microseconds(theirs.temporalSecondsPerEvent),
        goal: ratioAtMost(1 / 20),
      },
    ];
  });
}

const microseconds = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1e6);
