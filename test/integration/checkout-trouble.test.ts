// From the broker to an alert: who meets trouble in the checkout is named within seconds, once, with what is at stake, in the
// table as on the topic; who meets none, has bought, or met it an hour ago is not.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import type { Alert } from '../../events/alert.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { askJourney } from '../support/journeys.ts';
import { openProducer, readTopic } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

const brokers = inject('kafka');
const calmPace = '1';

let deployment: Deployment;
let serial = 0;

type Fields = Readonly<Record<string, unknown>>;

const user = (name: string): string => deployment.pseudonyms.ofUser(`${name}-of-the-test`);

function message(name: string, time: number, fields: Fields) {
  const raw = {
    event_id: `${name}-${(serial += 1)}`,
    timestamp: new Date(time).toISOString(),
    user_id: `${name}-of-the-test`,
    session_id: `session-of-${name}`,
    device: { type: 'mobile', browser: 'Safari', os: 'iOS' },
    ...fields,
  };
  return { key: raw.user_id, value: JSON.stringify(raw) };
}

const items = [{ product_id: 'p1', quantity: 2, price: 10 }];
const addsToCart = { action: 'add_to_cart', page: '/product/p1', items, currency: 'EUR' };
const opens = { action: 'pageview', page: '/checkout', load_time: 0.8 };
const form = { action: 'form_submit', page: '/checkout', form_name: 'payment' };
const fails = { ...form, success: false, error_code: 'card_declined' };
const buys = { action: 'purchase', order_id: 'o-1', value: 20, currency: 'EUR' };
const slow = { ...opens, load_time: 6.5 };

/** Each event a hundred milliseconds after the one before. */
const story = (name: string, from: number, ...events: readonly Fields[]) =>
  events.map((fields, index) => message(name, from + index * 100, fields));

beforeAll(async () => {
  // What is not urgent waits for many seconds here: what is said at once was urgent.
  deployment = await deploy({
    ROLL_UP_EVERY: '1s',
    LETTERS_PER_SECOND_MIN: calmPace,
    LETTERS_PER_SECOND_MAX: calmPace,
  });
  await deployment.migrate();
  const [bridge, worker] = [deployment.start('bridge'), deployment.start('worker')];
  await Promise.all([bridge.ready, worker.ready]);
  const producer = await openProducer(brokers, deployment.topics.rawEvents.name);
  // Thirty ordinary checkouts say what is usual.
  const now = Date.now();
  const ordinary = Array.from({ length: 30 }, (_, n) => story(`ordinary${n}`, now - 60_000, opens));
  await producer.send(ordinary.flat());
  await waitUntil(
    'what is usual is measured',
    async () => (await deployment.database.query('SELECT FROM usual_load_times')).rowCount,
    (count) => count === 2,
  );
  const sentAt = Date.now();
  await producer.send([
    ...story('failing', sentAt - 400, addsToCart, opens),
    ...story('slow', sentAt - 200, addsToCart, slow),
    ...story('insisting', sentAt - 400, addsToCart, opens, form, form, form),
    ...story('unmoved', sentAt - 400, addsToCart, opens, fails),
    ...story('passing', sentAt - 500, addsToCart, opens, fails, fails, { ...form, success: true }),
    ...story('buying', sentAt - 500, addsToCart, slow, fails, fails, buys),
    ...story('past', sentAt - 3_600_000, addsToCart, slow, fails, fails),
  ]);
  await waitUntil(
    'the checkout that will fail has begun',
    () => askJourney(deployment.temporal, user('failing')),
    (view) => view?.counts.events === 2,
  );
  // A queue of a minute and a half: who waits behind these is told too late.
  const crowd = Array.from({ length: 90 }, (_, n) => story(`crowd${n}`, Date.now(), { action: 'click' }));
  await producer.send([...crowd.flat(), ...story('failing', Date.now() - 200, fails, fails, fails)]);
  await producer.close();
  await waitUntil(
    'every story has reached its journey',
    async () => {
      const names = ['failing', 'slow', 'insisting', 'unmoved', 'passing', 'buying', 'past'];
      const views = await Promise.all(names.map((name) => askJourney(deployment.temporal, user(name))));
      return views.map((view) => view?.counts.events ?? 0);
    },
    (counts) => counts.join() === '5,2,5,3,5,5,4',
  );
  await waitUntil(
    'the alerts are on their topic',
    () => readTopic(brokers, deployment.topics.alerts.name),
    ({ length }) => length >= 3,
    { everyMs: 500 },
  );
});

afterAll(() => deployment.close());

async function troubles() {
  const topic = await readTopic(brokers, deployment.topics.alerts.name);
  return topic
    .map(({ value, appendedAt }) => ({ appendedAt, alert: JSON.parse(value ?? '') as Alert }))
    .filter(({ alert }) => alert.alert_type === 'checkout_trouble');
}

test('is said of those who meet it and are there, once each', async () => {
  const said = (await troubles()).map(({ alert: { metadata, severity } }) => [
    metadata['user_id'],
    severity,
    metadata['reason'],
    metadata['inferred'],
  ]);
  expect(said.sort()).toEqual(
    [
      [user('failing'), 'warning', 'failed_submissions', false],
      [user('slow'), 'warning', 'slow_page', false],
      [user('insisting'), 'warning', 'failed_submissions', true],
    ].sort(),
  );
});

test('is said while they are there', async () => {
  for (const { appendedAt, alert } of await troubles())
    expect(appendedAt - Date.parse(alert.timestamp), alert.message).toBeLessThan(30_000);
});

test('says what is at stake and what was wrong', async () => {
  const said = await troubles();
  const of = (name: string) => said.find(({ alert }) => alert.metadata['user_id'] === user(name))?.alert;
  expect(of('slow')).toMatchObject({
    message:
      'A checkout worth 20.00 EUR is in trouble: /checkout took 6.5 seconds to load, usually 0.8 seconds',
    metadata: {
      page: '/checkout',
      load_time: 6.5,
      usual_load_time: 0.8,
      value: 20,
      items: [{ product_id: 'p1', quantity: 2, price: 10 }],
      device: { type: 'mobile', browser: 'Safari', os: 'iOS' },
    },
  });
  expect(of('failing')?.metadata).toMatchObject({ page: '/checkout', value: 20, currency: 'EUR' });
  expect(of('failing')?.metadata['attempts']).toBeGreaterThanOrEqual(2);
});

test('stands in the table as on the topic, and in the journey', async () => {
  const { rows } = await deployment.database.query<Alert & { timestamp: Date }>(
    `SELECT alert_id, alert_type, severity, message, "timestamp", metadata FROM alerts
     WHERE alert_type = 'checkout_trouble' ORDER BY alert_id COLLATE "C"`,
  );
  const said = (await troubles()).map(({ alert }) => alert);
  expect(said.toSorted((one, other) => (one.alert_id < other.alert_id ? -1 : 1))).toEqual(
    rows.map((row) => ({ ...row, timestamp: row.timestamp.toISOString() })),
  );
  const view = await askJourney(deployment.temporal, user('slow'));
  expect(view?.checkoutTrouble).toMatchObject({ reason: 'slow_page', loadTimeSeconds: 6.5 });
  expect((await askJourney(deployment.temporal, user('unmoved')))?.checkoutTrouble).toBeNull();
});
