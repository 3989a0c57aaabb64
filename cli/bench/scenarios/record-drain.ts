import { connectPostgres } from '../../../connections/postgres.ts';
import { createLog } from '../../../connections/log.ts';
import { checkExactness } from '../../load-test/exactness.ts';
import { untilDrained } from '../../load-test/offer.ts';
import { writeBacklog } from '../backlog.ts';
import { onFreshSystem, type FreshSystem } from '../fresh-system.ts';
import { lastCommitAt } from '../measure/last-commit.ts';
import { mostResident, watchMemory } from '../measure/memory.ts';
import { ratePerSecond } from '../measure/rate.ts';
import { copySameRows } from '../record/same-rows-by-copy.ts';
import { insertRowByRow } from '../record/row-by-row.ts';
import { atLeast, atMost, ratioAtLeast, ratioAtMost, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';

const name = 'record-drain';
const megabyte = 1_000_000;

export const recordDrain: Scenario = {
  name,
  shows:
    'a backlog of 1 million events into committed, indexed rows: ≥ 40,000/s, ≥ 15 × row by row, ≥ 0.5 × COPY; memory flat',
  method:
    'A bridge of the record lane alone (BRIDGE_LANES=record) with the servers and an idle worker; page views, identities and ' +
    'offsets included. PostgreSQL puts each commit on the disk, as it does where data are kept. The clock runs from the ' +
    'moment the bridge has its partitions to the last commit, as PostgreSQL noted it. Then, on the same servers and into ' +
    'the same table, emptied: the same rows by one COPY from a file in its own format; and the beginning of the same topic ' +
    'by a consumer that inserts and commits row by row. Memory is what is resident in the bridge; flat: the most in the ' +
    'second half of the drain against the most in its first half.',
  longestMs: 15 * 60_000,
  run,
};

function run(bench: Bench): Promise<Figure[]> {
  const events = bench.quick ? 100_000 : 1_000_000;
  const rowsOneByOne = bench.quick ? 5_000 : 20_000;
  const plan = { events, users: 1_000, ratePerSecond: 10_000 };
  return onFreshSystem(
    bench,
    {
      durable: true,
      environment: { BRIDGE_LANES: 'record', ROLL_UP_EVERY: '1h' },
      backlog: (send) => writeBacklog(bench, send, plan),
    },
    async (system) => {
      const drained = await drain(bench, system, events);
      const { bridge, worker, dataDirectory } = system.running;
      await Promise.all([bridge.stop(), worker.stop()]);
      const owner = connectPostgres(system.settings, createLog('bench', 'silent'), 'aisle-bench', 'owner');
      try {
        bench.tell('Copying the same rows.');
        const copied = await copySameRows(owner, dataDirectory, events - drained.lost);
        const oneByOne = await insertRowByRow(bench, system, owner, rowsOneByOne);
        return figures(drained, copied, oneByOne);
      } finally {
        await owner.end();
      }
    },
  );
}

interface Drained {
  readonly perSecond: number;
  readonly firstHalfBytes: number | null;
  readonly secondHalfBytes: number | null;
  readonly lost: number;
  readonly doubled: number;
}

async function drain(
  { signal, tell }: Bench,
  { running, stores, readingSince }: FreshSystem,
  events: number,
): Promise<Drained> {
  const memory = watchMemory(running.bridge.pid());
  tell('Draining it.');
  const groups = { record: stores.groups.record };
  try {
    for (const sentence of await untilDrained({ ...stores, groups }, signal, () => undefined)) tell(sentence);
    signal.throwIfAborted();
  } finally {
    await memory.stop();
  }
  const committedAt = await lastCommitAt(stores.database);
  const middle = (readingSince + committedAt) / 2;
  const { lost, doubled } = await checkExactness(stores, events, new Date(0), []);
  return {
    perSecond: ratePerSecond(events, readingSince, committedAt),
    firstHalfBytes: mostResident(memory.samples, readingSince, middle),
    secondHalfBytes: mostResident(memory.samples, middle, committedAt),
    lost,
    doubled,
  };
}

function figures(drained: Drained, copied: number, oneByOne: number): Figure[] {
  const { perSecond: value, firstHalfBytes, secondHalfBytes, lost, doubled } = drained;
  const megabytes = (bytes: number | null) => (bytes === null ? null : bytes / megabyte);
  const most =
    firstHalfBytes === null || secondHalfBytes === null ? null : Math.max(firstHalfBytes, secondHalfBytes);
  return [
    { name: `${name}/rows`, value, unit: 'events/s', goal: atLeast(40_000) },
    {
      name: `${name}/against-row-by-row`,
      value,
      unit: 'events/s',
      baseline: oneByOne,
      goal: ratioAtLeast(15),
    },
    { name: `${name}/against-copy`, value, unit: 'events/s', baseline: copied, goal: ratioAtLeast(0.5) },
    { name: `${name}/memory`, value: megabytes(most), unit: 'MB', goal: atMost(400) },
    {
      name: `${name}/memory-growth`,
      value: megabytes(secondHalfBytes),
      unit: 'MB',
      baseline: megabytes(firstHalfBytes),
      goal: ratioAtMost(1.15),
    },
    { name: `${name}/lost`, value: lost, unit: 'events', goal: atMost(0) },
    { name: `${name}/doubled`, value: doubled, unit: 'events', goal: atMost(0) },
  ];
}
