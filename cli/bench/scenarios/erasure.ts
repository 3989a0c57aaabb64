import { holdsAnything } from '../../../activities/erasure/holds-anything.ts';
import { erasureWorkflowId, type ErasureReceipt } from '../../../events/erasure.ts';
import { erasePerson } from '../../erase/erase-person.ts';
import { sampleJourneys } from '../../load-test/exactness.ts';
import { writeBacklog } from '../backlog.ts';
import { drainBacklog } from '../drain-backlog.ts';
import { onFreshSystem, type FreshSystem, type Send } from '../fresh-system.ts';
import { activitySeconds } from '../measure/activity-times.ts';
import { atMost, type Figure } from '../result.ts';
import type { Bench, Scenario } from '../scenario.ts';

const name = 'erasure';
const theirEvents = 10_000;
const others = 1_000;
const everyJourney = 1_000_000;

export const erasure: Scenario = {
  name,
  shows: 'one user with 10,000 events is erased, from request to receipt, in ≤ 10 s',
  method:
    'The user and 1,000 others come through the bridge, until the record and every journey have all of it. Then the user is ' +
    'erased as `npx aisle erase` does it: the clock runs from before it connects until it has the receipt, whose ' +
    'verification has looked through every store. What is left is that of the receipt, and every store is asked once more ' +
    'afterwards; the events of the others are counted. No baseline.',
  longestMs: 10 * 60_000,
  run,
};

async function run(bench: Bench): Promise<Figure[]> {
  const othersEvents = bench.quick ? 20_000 : 500_000;
  const backlog = async (send: Send): Promise<void> => {
    await writeBacklog(bench, send, { events: othersEvents, users: others, ratePerSecond: 10_000 });
    await writeBacklog(bench, send, { events: theirEvents, users: 1, ratePerSecond: 100, firstUser: others });
  };
  return onFreshSystem(bench, { backlog }, async (system) => {
    const { lost } = await drainBacklog(bench, system, othersEvents + theirEvents);
    const pseudonym = await busiestJourney(system);
    bench.tell('Erasing the user.');
    const requestedAt = performance.now();
    const { receipt } = await erasePerson(system.settings, {
      pseudonyms: [pseudonym],
      force: false,
      waitMs: 5 * 60_000,
    });
    const seconds = (performance.now() - requestedAt) / 1_000;
    await tellSteps(bench, system, receipt.receiptNumber);
    if (await holdsAnything(system.stores.database, system.stores.temporal.workflow, [pseudonym]))
      throw new Error('There is a receipt, and a store still holds something of the user.');
    return erasureFigures({
      receipt,
      seconds,
      lost: lost + othersEvents - (await countEvents(system)),
    });
  });
}

/** Where the time went. */
async function tellSteps({ tell }: Bench, { stores }: FreshSystem, receiptNumber: string): Promise<void> {
  const steps = await activitySeconds(stores.temporal, erasureWorkflowId(receiptNumber));
  tell(`${steps.map(({ name: step, seconds }) => `${step} ${seconds.toFixed(2)} s`).join(', ')}.`);
}

export interface MeasuredErasure {
  readonly receipt: Pick<ErasureReceipt, 'erased' | 'left'>;
  readonly seconds: number;
  /** Events that did not arrive, or were of others and are gone. */
  readonly lost: number;
}

/** Throws when the receipt is about another number of events: then something else was measured than was meant. */
export function erasureFigures({ receipt, seconds, lost }: MeasuredErasure): Figure[] {
  const erased = receipt.erased['events'] ?? 0;
  if (erased !== theirEvents)
    throw new Error(`The receipt is about ${erased} events, and not about ${theirEvents}.`);
  const left = Object.values(receipt.left).reduce((sum, count) => sum + count, 0);
  return [
    { name: `${name}/receipt`, value: seconds, unit: 's', goal: atMost(10) },
    { name: `${name}/left`, value: left, unit: 'rows and runs', goal: atMost(0) },
    { name: `${name}/lost`, value: lost, unit: 'events', goal: atMost(0) },
  ];
}

async function busiestJourney({ stores }: FreshSystem): Promise<string> {
  const journeys = await sampleJourneys(stores, new Date(0), everyJourney);
  const theirs = journeys.find(({ events }) => events === theirEvents);
  if (!theirs) throw new Error(`No journey of the record has ${theirEvents} events.`);
  return theirs.journeyId;
}

async function countEvents({ stores }: FreshSystem): Promise<number> {
  const { rows } = await stores.database.query<{ count: number }>('SELECT count(*) FROM events');
  return rows[0]?.count ?? 0;
}
