import { untilDrained } from '../../load-test/offer.ts';
import { onFreshSystem, type FreshSystem } from '../fresh-system.ts';
import { lostAndDoubled } from '../measure/lost-and-doubled.ts';
import { appendToCommit, readAppendTimes, type Span } from '../record/append-to-commit.ts';
import { atMost, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { offerWatched } from '../steady-load.ts';
import { uniformLoad } from '../uniform-load.ts';

const name = 'record-latency';
const loads = [
  { eventsPerSecond: 1_000, p99: 200 },
  { eventsPerSecond: 10_000, p99: 500 },
] as const;

export const recordLatency: Scenario = {
  name,
  shows: 'Kafka append → committed row p99: ≤ 200 ms at 1,000 events/s, ≤ 500 ms at 10,000',
  method:
    'Both rates one after the other on the whole system, both lanes and roll-ups included, 1,000 users, after a warm-up ' +
    'each. A message counts from its time on the topic to the commit of its row, as PostgreSQL noted it, joined by partition ' +
    'and offset. No baseline.',
  longestMs: 15 * 60_000,
  run,
};

function run(bench: Bench): Promise<Figure[]> {
  return onFreshSystem(bench, {}, async (system) => {
    const offered = [];
    let sent = 0;
    for (const load of loads) {
      const span = await offerRate(bench, system, load.eventsPerSecond);
      sent += span.sent;
      offered.push({ ...load, span });
    }
    const appended = await readAppendTimes(system);
    const figures: Figure[] = [];
    for (const { eventsPerSecond, p99, span } of offered) {
      const latency = await appendToCommit(system.stores.database, appended, span);
      const rate = `${name}/${eventsPerSecond}-per-second`;
      figures.push(
        { name: `${rate}-p99`, value: latency?.p99 ?? null, unit: 'ms', goal: atMost(p99) },
        { name: `${rate}-p50`, value: latency?.p50 ?? null, unit: 'ms' },
      );
    }
    const { lost, doubled } = await lostAndDoubled(system.stores, { sent, since: new Date(0), journeys: [] });
    return [
      ...figures,
      { name: `${name}/lost`, value: lost, unit: 'events', goal: atMost(0) },
      { name: `${name}/doubled`, value: doubled, unit: 'events', goal: atMost(0) },
    ];
  });
}

async function offerRate(
  bench: Bench,
  system: FreshSystem,
  eventsPerSecond: number,
): Promise<Span & { readonly sent: number }> {
  const times = bench.quick
    ? { warmUpMs: 10_000, durationMs: 10_000 }
    : { warmUpMs: 20_000, durationMs: 40_000 };
  const { measuredFrom, until, sent } = await offerWatched(
    bench,
    system,
    uniformLoad(eventsPerSecond, times),
  );
  const groups = { record: system.stores.groups.record };
  for (const sentence of await untilDrained({ ...system.stores, groups }, bench.signal, () => undefined))
    bench.tell(sentence);
  bench.signal.throwIfAborted();
  return { from: measuredFrom.getTime(), until: until.getTime(), sent };
}
