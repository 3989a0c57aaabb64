// A shopper who comes, looks into a filled cart and leaves is told of, step by step and to everybody alike: on
// `user-activity` beside the minutes, in the history table, by the search attribute and by the query; a visitor too.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { journeyWorkflowId } from '../../events/letter.ts';
import { projectRoot } from '../../connections/sql-file.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { askJourney } from '../support/journeys.ts';
import { openProducer, readTopic } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

interface Message {
  readonly type?: string;
  readonly user_id: string | null;
  readonly journey_id: string;
  readonly window_end_time: string;
  readonly activity: Readonly<Record<string, unknown>>;
  readonly segment_id: string;
  readonly segment: string;
  readonly previous_segment: string;
  readonly since: string;
  readonly reasons: Readonly<Record<string, unknown>>;
}

const brokers = inject('kafka');
const abandonAfterMs = 8_000;
const nothing = { pageviews: 0, clicks: 0, scrolls: 0, form_submits: 0, video_plays: 0, pages: [] };

let deployment: Deployment;
let send: (...events: readonly object[]) => Promise<void>;
let closeProducer: () => Promise<void>;
let serial = 0;

beforeAll(async () => {
  deployment = await deploy({ CART_ABANDON_AFTER: `${abandonAfterMs / 1000}s`, ROLL_UP_EVERY: '1s' });
  await deployment.migrate();
  const [bridge, worker] = [deployment.start('bridge'), deployment.start('worker')];
  await Promise.all([bridge.ready, worker.ready]);
  const producer = await openProducer(brokers, deployment.topics.rawEvents.name);
  closeProducer = () => producer.close();
  send = (...events) =>
    producer.send(
      events.map((event) => ({ key: 'one', value: JSON.stringify({ event_id: `e-${++serial}`, ...event }) })),
    );
});

afterAll(async () => {
  await closeProducer();
  await deployment.close();
});

/** The changes that the topic was told, in their order; each once, as a retry tells the same under the same id. */
async function toldOf(journeyId: string): Promise<Message[]> {
  const messages = await readTopic(brokers, deployment.topics.userActivity.name);
  const changes = messages
    .filter(({ key, headers }) => key === journeyId && headers.includes('kind: segment'))
    .map(({ value }) => JSON.parse(value ?? '') as Message);
  return [...new Map(changes.map((change) => [change.segment_id, change])).values()];
}

/** Segment and search attribute as a person at the command line sees them. */
function aisle(...words: string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, [join(projectRoot, 'cli/aisle.mjs'), ...words], {
    env: { ...deployment.environment, AISLE_SKIP_INSTALL: '1' },
    encoding: 'utf8',
  });
  return stdout + stderr;
}

const nameOf = async (journeyId: string) =>
  (await askJourney(deployment.temporal, journeyId))?.segment.name ?? 'none';

const listedWith = async (journeyId: string, segment: string): Promise<boolean> => {
  const query = `WorkflowId = '${journeyWorkflowId(journeyId)}' AND Segment = '${segment}'`;
  return (await deployment.temporal.workflow.count(query)).count === 1;
};

test('from new over high intent to at risk', async () => {
  const journeyId = deployment.pseudonyms.ofUser('ada');
  const of = { user_id: 'ada', session_id: 'ada-1' };
  const began = Date.now();
  const at = (after: number) => new Date(began + after).toISOString();

  await send(
    { ...of, timestamp: at(0), action: 'pageview', page: '/home' },
    { ...of, timestamp: at(1), action: 'pageview', page: '/product/lamp' },
  );
  await waitUntil(
    'the shopper is new',
    () => nameOf(journeyId),
    (name) => name === 'new',
  );
  expect(await toldOf(journeyId)).toEqual([]);

  const items = [{ product_id: 'lamp', quantity: 2, price: 49.9 }];
  await send(
    { ...of, timestamp: at(2), action: 'add_to_cart', currency: 'EUR', items },
    { ...of, timestamp: at(3), action: 'pageview', page: '/cart' },
  );
  const told = await waitUntil(
    'the cart that was looked at, and then abandoned, is told',
    () => toldOf(journeyId),
    (all) => all.length === 2,
  );
  const reasons = { currency: 'EUR', step: 'cart', sessions: 1, purchases: 0, purchased_value: 0 };
  const common = { type: 'segment', user_id: journeyId, journey_id: journeyId, activity: nothing };
  const id = expect.stringMatching(/^[0-9a-f]{32}$/) as string;
  expect(told).toEqual([
    {
      ...common,
      segment_id: id,
      window_end_time: at(3),
      since: at(3),
      segment: 'high intent',
      previous_segment: 'new',
      reasons: {
        ...reasons,
        because: 'looked at the cart with something in it',
        cart_value: 99.8,
        abandonments: 0,
      },
    },
    {
      ...common,
      segment_id: id,
      window_end_time: at(3 + abandonAfterMs),
      since: at(3 + abandonAfterMs),
      segment: 'at risk',
      previous_segment: 'high intent',
      reasons: {
        ...reasons,
        because: 'abandoned a cart and has not bought since',
        currency: null,
        cart_value: null,
        abandonments: 1,
      },
    },
  ]);

  const { rows } = await deployment.database.query<Record<string, unknown>>(
    `SELECT segment_id, since, segment, previous_segment, because, step, cart_value, currency, sessions, purchases,
       purchased_value, abandonments
     FROM journey_segments WHERE journey_id = $1 ORDER BY since`,
    [journeyId],
  );
  expect(rows).toEqual(
    told.map(({ segment_id, since, segment, previous_segment, reasons: facts }) => ({
      ...{ segment_id, since: new Date(since), segment, previous_segment },
      ...facts,
    })),
  );
  await waitUntil('the search attribute says so', () => listedWith(journeyId, 'at risk'), Boolean);
  expect(await listedWith(journeyId, 'high intent')).toBe(false);
  expect(aisle('journey', 'ada')).toMatch(
    /\nSegment +at risk since .*: abandoned a cart and has not bought since\n/,
  );
  expect(aisle('journeys', '--segment', 'at risk')).toMatch(new RegExp(`\n${journeyId} .* at risk `));
});

test('a visitor’s change names no user, and minutes stay as they were', async () => {
  const journeyId = deployment.pseudonyms.ofSession('walk-in');
  const minuteAgo = Math.floor(Date.now() / 60_000) * 60_000 - 60_000;
  await send({
    session_id: 'walk-in',
    timestamp: new Date(minuteAgo).toISOString(),
    action: 'pageview',
    page: '/checkout',
  });
  const [told] = await waitUntil(
    'the visitor in the checkout is told',
    () => toldOf(journeyId),
    ({ length }) => length > 0,
  );
  expect(told).toMatchObject({
    user_id: null,
    segment: 'high intent',
    since: new Date(minuteAgo).toISOString(),
  });
  const messages = await waitUntil(
    'the minute is told',
    () => readTopic(brokers, deployment.topics.userActivity.name),
    (all) => all.some(({ key, headers }) => key === journeyId && headers.length === 0),
  );
  const minute = messages.find(({ key, headers }) => key === journeyId && headers.length === 0);
  const content = JSON.parse(minute?.value ?? '') as Message;
  expect(content).toEqual({
    user_id: null,
    journey_id: journeyId,
    window_end_time: new Date(minuteAgo + 60_000).toISOString(),
    activity: { ...nothing, pageviews: 1, pages: ['/checkout'] },
    bot: false,
  });
  expect(told?.window_end_time).not.toBe(content.window_end_time);
});
