// One user with tens of thousands of events, offered as fast as Kafka takes them, holds nobody up, is counted to the last
// event, and has no run near Temporal's limits. A bot with as many as it likes is recorded and has no journey.
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { journeyWorkflowId } from '../../events/letter.ts';
import type { JourneyView } from '../../workflows/journey/view.ts';
import { errorLevel } from '../support/aisle-process.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { untilBothLanesHaveRead } from '../support/lanes.ts';
import { askJourney, askJourneys, listJourneys } from '../support/journeys.ts';
import { openProducer, type RawMessage } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

const brokers = inject('kafka');
const hotEvents = 24_000;
const botEvents = 5_000;
const shoppers = Array.from({ length: 30 }, (_, n) => `shopper-${n}`);
const readers = Array.from({ length: 10 }, (_, n) => `reader-${n}`);
const item = { product_id: 'p1', quantity: 1, price: 20 };
const startedAt = Date.now();
/** Long enough that a run is asked to continue as new well before the last event, by the size of its history. */
const longPage = `/category/${'very-'.repeat(40)}long`;

let deployment: Deployment;
let serial = 0;
/** How far the hot journey was when everybody else had been served, and when all was over. */
let meanwhile: JourneyView | null;
let hot: JourneyView | null;

const event = (who: string, fields: object): RawMessage => {
  serial += 1;
  return {
    key: who,
    value: JSON.stringify({
      event_id: `${who}-${serial}`,
      timestamp: new Date(startedAt + serial).toISOString(),
      user_id: who,
      session_id: `session-of-${who}`,
      ...fields,
    }),
  };
};
const countOf = async (table: string): Promise<number> =>
  (await deployment.database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)).rows[0]?.n ?? 0;
const user = (name: string): string => deployment.pseudonyms.ofUser(name);
const stepsOf = (names: readonly string[]): string =>
  `funnel_steps WHERE journey_id IN (${names.map((name) => `'${user(name)}'`).join(',')})`;

beforeAll(async () => {
  // Slow enough for the hot user's letters that the others are known to have gone before the last of them.
  deployment = await deploy({ LETTERS_PER_SECOND_MIN: '4', LETTERS_PER_SECOND_MAX: '4' });
  await deployment.migrate();
  await Promise.all([deployment.start('bridge').ready, deployment.start('worker').ready]);
  const { temporal, topics } = deployment;
  const producer = await openProducer(brokers, topics.rawEvents.name);

  await producer.send([event('hot', { action: 'add_to_cart', items: [item], currency: 'EUR' })]);
  for (let sent = 1; sent < hotEvents; sent += 1_000) {
    const count = Math.min(1_000, hotEvents - sent);
    await producer.send(
      Array.from({ length: count }, () => event('hot', { action: 'pageview', page: longPage })),
    );
  }
  await producer.send(
    Array.from({ length: botEvents }, (_, n) =>
      event('robot', {
        action: 'pageview',
        page: n % 2 === 0 ? '/cart' : '/checkout',
        user_agent: 'Googlebot/2.1',
      }),
    ),
  );
  await producer.send(readers.map((who) => event(who, { action: 'click', page: '/home' })));
  await producer.send(
    shoppers.flatMap((who) => [
      event(who, { action: 'pageview', page: '/product/p1' }),
      event(who, { action: 'add_to_cart', items: [item], currency: 'EUR' }),
      event(who, { action: 'begin_checkout', items: [item], currency: 'EUR' }),
      event(who, { action: 'purchase', items: [item], currency: 'EUR', order_id: `order-of-${who}` }),
    ]),
  );

  await waitUntil(
    'every shopper’s steps are recorded',
    () => countOf(stepsOf(shoppers)),
    (count) => count === shoppers.length * 4,
  );
  await waitUntil(
    'every reader’s letter has come',
    () => askJourneys(temporal, readers.map(user)),
    (views) => [...views.values()].every((view) => view?.counts.events === 1),
    { everyMs: 500 },
  );
  meanwhile = await askJourney(temporal, user('hot'));

  await producer.send([event('hot', { action: 'purchase', items: [item], order_id: 'hot-order' })]);
  await producer.close();
  hot = await waitUntil(
    'the hot user’s purchase is in the journey',
    () => askJourney(temporal, user('hot')),
    (view) => view?.purchases === 1,
    { everyMs: 250 },
  );
  await untilBothLanesHaveRead(deployment);
});

afterAll(() => deployment.close());

test('everybody else was served before the hot user was through', async () => {
  expect(meanwhile?.counts.events).toBeGreaterThan(0);
  expect(meanwhile?.counts.events).toBeLessThan(hotEvents * 0.9);
  expect(await countOf('purchases')).toBe(shoppers.length + 1);
});

test('the hot journey has counted each of its events once', async () => {
  expect(hot).toMatchObject({
    counts: { events: hotEvents + 1, duplicates: 0, late: 0 },
    session: { events: hotEvents + 1, pageviews: hotEvents - 1 },
    ...{ sessions: 1, cart: null, purchases: 1, purchasedValue: 20, abandonments: 0 },
  });
  expect(await countOf(`events WHERE journey_id = '${user('hot')}'`)).toBe(hotEvents + 1);
  // Letters were full, or there would be far more of them.
  expect(hot?.counts.letters).toBeLessThan((hotEvents / 500) * 1.5);
});

test('every run of the hot journey stays far from Temporal’s limits', async () => {
  const { workflow } = deployment.temporal;
  const workflowId = journeyWorkflowId(user('hot'));
  const runs: { readonly events: number; readonly bytes: number }[] = [];
  let failedTasks = 0;
  let runId: string | null | undefined = (await workflow.getHandle(workflowId).describe()).runId;
  while (runId) {
    const handle: WorkflowHandle = workflow.getHandle(workflowId, runId);
    const [{ historyLength, historySize }, { events = [] }] = await Promise.all([
      handle.describe(),
      handle.fetchHistory(),
    ]);
    runs.push({ events: historyLength, bytes: historySize ?? 0 });
    failedTasks += (events ?? []).filter((one) => one.workflowTaskFailedEventAttributes).length;
    runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
  }
  expect(runs.length).toBeGreaterThan(2);
  for (const { events, bytes } of runs) {
    expect(events).toBeLessThan(10_240);
    expect(bytes).toBeLessThan(4_000_000);
  }
  // A letter that comes just as a run is to end makes its task run again; nothing else may.
  expect(failedTasks).toBeLessThan(runs.length * 3);
});

test('the bot is recorded and marked, and has no journey', async () => {
  expect(await countOf(`events WHERE bot`)).toBe(botEvents);
  expect(await countOf(`events WHERE bot AND journey_id = '${user('robot')}'`)).toBe(botEvents);
  expect(await countOf(stepsOf(['robot']))).toBe(0);
  const listed = await listJourneys(deployment.temporal, deployment.settings.TEMPORAL_TASK_QUEUE);
  const everybody = ['hot', ...shoppers, ...readers].map((name) => journeyWorkflowId(user(name)));
  expect(new Set(listed)).toEqual(new Set(everybody));
});

test('no process wrote an error', () => {
  const errors = deployment.processes.flatMap(({ log }) => log.filter(({ level }) => level >= errorLevel));
  expect(errors).toEqual([]);
});
