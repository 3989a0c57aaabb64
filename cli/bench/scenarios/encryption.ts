import { writeBacklog } from '../backlog.ts';
import type { Drained } from '../drain-backlog.ts';
import { drainIntoJourneys, recordFirst } from '../drain-journeys.ts';
import { onFreshSystem, type FreshSystem } from '../fresh-system.ts';
import { atMost, ratioAtLeast, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';

const name = 'encryption';

type Encryption = 'off' | 'on';

export const encryption: Scenario = {
  name,
  shows: 'payload encryption costs ≤ 15 % of the events/s into the actors, same run',
  method:
    'The same backlog of 1,000 users is drained into the journeys, with the record there already, by four fresh systems one ' +
    'after the other: encryption off, on, off, on. The figures are the means of the two with it, the baseline those of the ' +
    'two without: all events by all seconds, and the processor time of worker and bridge an event. After each drain the ' +
    'keys of the journeys are counted: one each with encryption, none without.',
  longestMs: 30 * 60_000,
  run,
};

async function run(bench: Bench): Promise<Figure[]> {
  const order: readonly Encryption[] = bench.quick ? ['off', 'on'] : ['off', 'on', 'off', 'on'];
  const events = bench.quick ? 100_000 : 500_000;
  const drains: Record<Encryption, Drained[]> = { off: [], on: [] };
  for (const encrypted of order) {
    bench.tell(`Encryption ${encrypted}.`);
    drains[encrypted].push(await drainOnce(bench, events, encrypted));
  }
  return encryptionFigures(drains);
}

function drainOnce(bench: Bench, events: number, encrypted: Encryption): Promise<Drained> {
  const plan = { events, users: 1_000, ratePerSecond: 10_000 };
  const environment = { ...recordFirst, PAYLOAD_ENCRYPTION: encrypted };
  return onFreshSystem(
    bench,
    { environment, backlog: (send) => writeBacklog(bench, send, plan) },
    async (system) => {
      const drained = await drainIntoJourneys(bench, system, events);
      bench.tell(`${Math.round(drained.perSecond)} events/s with encryption ${encrypted}.`);
      const keyed = await countKeyedJourneys(system);
      const expected = encrypted === 'on' ? plan.users : 0;
      if (keyed !== expected)
        throw new Error(`With encryption ${encrypted}, ${keyed} journeys have a key and not ${expected}.`);
      return drained;
    },
  );
}

/** With encryption against without, both as means of what was drained. */
export function encryptionFigures({ off, on }: Readonly<Record<Encryption, readonly Drained[]>>): Figure[] {
  const sum = (figure: 'lost' | 'doubled') =>
    [...off, ...on].reduce((total, drained) => total + drained[figure], 0);
  return [
    {
      name: `${name}/journeys`,
      value: meanRate(on),
      unit: 'events/s',
      baseline: meanRate(off),
      goal: ratioAtLeast(0.85),
    },
    { name: `${name}/cpu`, value: meanMicroseconds(on), unit: 'µs/event', baseline: meanMicroseconds(off) },
    { name: `${name}/lost`, value: sum('lost'), unit: 'events', goal: atMost(0) },
    { name: `${name}/doubled`, value: sum('doubled'), unit: 'events', goal: atMost(0) },
  ];
}

/** All events by all seconds, as each drain has the same number of events. */
const meanRate = (drains: readonly Drained[]): number =>
  drains.length / drains.reduce((seconds, { perSecond }) => seconds + 1 / perSecond, 0);

function meanMicroseconds(drains: readonly Drained[]): number | null {
  const seconds = drains.map(({ ownSecondsPerEvent }) => ownSecondsPerEvent);
  const total = seconds.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0);
  return total === null ? null : (total / drains.length) * 1e6;
}

async function countKeyedJourneys({ stores }: FreshSystem): Promise<number> {
  const { rows } = await stores.database.query<{ count: number }>(
    `SELECT count(*) FROM journey_keys WHERE journey_id <> 'system'`,
  );
  return rows[0]?.count ?? 0;
}
