// On real servers: what somebody did as a visitor is the user's once the session shows the user, in rows, reports and the
// live journey, once and whole; a visitor of one event has no workflow; two users of one device stay apart.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import type { AisleProcess } from '../support/aisle-process.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { untilBothLanesHaveRead } from '../support/lanes.ts';
import { askJourney, listJourneys } from '../support/journeys.ts';
import { openProducer, readJsonTopic } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

const brokers = inject('kafka');
const cartMs = 8_000;

interface Deed {
  readonly id: string;
  readonly session: string;
  readonly user?: string;
  readonly action: string;
  readonly page?: string;
  readonly product?: string;
}

let deployment: Deployment;
let bridge: AisleProcess;
let producer: Awaited<ReturnType<typeof openProducer>>;

const user = (name: string): string => deployment.pseudonyms.ofUser(name);
const visitor = (name: string): string => deployment.pseudonyms.ofSession(name);
const rowsOf = async <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> =>
  (await deployment.database.query<Row>(sql, values)).rows;

/** Sent now, one after the other, keyed as a shop does it: by the user, or else by the session. */
async function send(...deeds: Deed[]): Promise<void> {
  await producer.send(
    deeds.map(({ id, session, user: userId, action, page = '/home', product }, index) => ({
      key: userId ?? session,
      value: JSON.stringify({
        event_id: id,
        timestamp: new Date(Date.now() + index).toISOString(),
        user_id: userId ?? null,
        session_id: session,
        action,
        page,
        referrer: page === '/landing' ? 'https://search.example/?utm_source=search&q=secret' : null,
        ...(product ? { items: [{ product_id: product, quantity: 1, price: 10 }], currency: 'EUR' } : {}),
      }),
    })),
  );
}

const nothingWaits = () => untilBothLanesHaveRead(deployment);

const cartsOf = (journeyId: string) =>
  rowsOf<{ cart_id: string; status: string }>('SELECT cart_id, status FROM carts WHERE journey_id = $1', [
    journeyId,
  ]);
const becomes = (journeyId: string, status: string) =>
  waitUntil(
    `the cart is ${status}`,
    () => cartsOf(journeyId),
    (carts) => carts.some((cart) => cart.status === status),
  );
const viewOf = (journeyId: string) => askJourney(deployment.temporal, journeyId);
const alertsOf = async (cartId: string) =>
  (
    await readJsonTopic<{ alert_type: string; metadata: { cart_id: string } }>(
      brokers,
      deployment.topics.alerts.name,
    )
  ).flatMap(({ alert_type: type, metadata }) => (metadata.cart_id === cartId ? [type] : []));

beforeAll(async () => {
  deployment = await deploy({
    SESSION_GAP: '1m',
    CART_ABANDON_AFTER: `${cartMs}ms`,
    CHECKOUT_ABANDON_AFTER: `${cartMs}ms`,
    ROLL_UP_EVERY: '1s',
  });
  await deployment.migrate();
  bridge = deployment.start('bridge');
  await Promise.all([bridge.ready, deployment.start('worker').ready]);
  producer = await openProducer(brokers, deployment.topics.rawEvents.name);
}, 120_000);

afterAll(async () => {
  await producer.close();
  await deployment.close();
});

test('a cart filled before the login is the user’s, is bought, and is never called abandoned', async () => {
  const session = 'login-session';
  const [visitorId, userId] = [visitor(session), user('login-user')];
  await send(
    { id: 'login-1', session, action: 'pageview', page: '/landing' },
    { id: 'login-2', session, action: 'pageview', page: '/product/p1' },
    { id: 'login-3', session, action: 'add_to_cart', page: '/product/p1', product: 'p1' },
  );
  await becomes(visitorId, 'open');
  await send({ id: 'login-4', session, user: 'login-user', action: 'login' });
  await becomes(userId, 'open');
  expect(await cartsOf(visitorId)).toEqual([]);
  await send(
    { id: 'login-5', session, user: 'login-user', action: 'begin_checkout', page: '/checkout' },
    { id: 'login-6', session, user: 'login-user', action: 'purchase', page: '/purchase-complete' },
  );
  await becomes(userId, 'purchased');
  expect(await cartsOf(userId)).toEqual([{ cart_id: 'login-3', status: 'purchased' }]);

  const journey = await viewOf(userId);
  expect(journey).toMatchObject({
    sessions: 1,
    purchases: 1,
    cart: null,
    session: { events: 6, entryPage: '/landing' },
    counts: { events: 6 },
    firstTouch: { page: '/landing', referrer: 'https://search.example/?utm_source=search' },
  });
  expect(await viewOf(visitorId)).toMatchObject({ handedOver: { userId, until: null }, cart: null });
  const steps = await rowsOf<{ journey_id: string; step: string }>(
    `SELECT journey_id, step FROM funnel_steps WHERE journey_id IN ($1, $2) ORDER BY reached_at`,
    [visitorId, userId],
  );
  expect(steps.map(({ journey_id: id, step }) => [id, step])).toEqual(
    ['product', 'cart', 'checkout', 'purchase'].map((step) => [userId, step]),
  );
  const sessions = await waitUntil(
    'the session row is the user’s',
    () =>
      rowsOf<{ journey_id: string; events: number; entry_page: string }>(
        'SELECT journey_id, events, entry_page FROM user_sessions WHERE journey_id IN ($1, $2)',
        [visitorId, userId],
      ),
    (rows) => rows.length === 1 && rows[0]?.events === 6,
  );
  expect(sessions).toEqual([{ journey_id: userId, events: 6, entry_page: '/landing' }]);
  const minutes = await rowsOf('SELECT FROM user_activity WHERE journey_id = $1', [visitorId]);
  expect(minutes).toEqual([]);
});

test('what was abandoned as a visitor is said once, and recovered by the user', async () => {
  const session = 'late-session';
  const [visitorId, userId] = [visitor(session), user('late-user')];
  await send({ id: 'late-1', session, action: 'add_to_cart', page: '/product/p2', product: 'p2' });
  await becomes(visitorId, 'abandoned');
  await send({ id: 'late-2', session, user: 'late-user', action: 'purchase', product: 'p2' });
  await waitUntil(
    'the user’s purchase has recovered it',
    () => rowsOf('SELECT FROM abandonments WHERE journey_id = $1 AND recovered_at IS NOT NULL', [userId]),
    (rows) => rows.length === 1,
  );
  expect(await rowsOf('SELECT FROM abandonments WHERE journey_id = $1', [visitorId])).toEqual([]);
  await waitUntil(
    'both alerts are on the topic',
    () => alertsOf('late-1'),
    (types) => types.length >= 2,
  );
  expect(await alertsOf('late-1')).toEqual(['cart_abandoned', 'cart_recovered']);
});

test('a visitor of one event has a session row, and no workflow', async () => {
  await send({ id: 'bounce-1', session: 'bounce', action: 'pageview', page: '/product/p3' });
  await waitUntil(
    'the session has its row',
    () =>
      rowsOf<{ events: number }>('SELECT events FROM user_sessions WHERE journey_id = $1', [
        visitor('bounce'),
      ]),
    (rows) => rows[0]?.events === 1,
  );
  await nothingWaits();
  expect(await listJourneys(deployment.temporal, deployment.settings.TEMPORAL_TASK_QUEUE)).not.toContain(
    `journey/${visitor('bounce')}`,
  );
  await send({ id: 'bounce-2', session: 'bounce', action: 'scroll' });
  await waitUntil(
    'the second event has brought the first with it',
    () => viewOf(visitor('bounce')),
    (journey) => journey?.counts.events === 2,
  );
});

test('a first event that the bridge forgot comes from the record', async () => {
  const session = 'forgotten';
  await send({ id: 'forgotten-1', session, action: 'pageview', page: '/landing' });
  await nothingWaits();
  await bridge.stop();
  bridge = deployment.start('bridge');
  await bridge.ready;
  await send({ id: 'forgotten-2', session, user: 'forgotten-user', action: 'login' });
  const journey = await waitUntil(
    'the user’s journey knows of it',
    () => viewOf(user('forgotten-user')),
    (view) => view?.counts.events === 2,
  );
  expect(journey?.firstTouch?.page).toBe('/landing');
});

test('two users of one device stay apart', async () => {
  const session = 'shared';
  await send({ id: 'shared-1', session, action: 'add_to_cart', product: 'p4' });
  await becomes(visitor(session), 'open');
  await send({ id: 'shared-2', session, user: 'first-user', action: 'login' });
  await becomes(user('first-user'), 'open');
  await send({ id: 'shared-3', session, user: 'second-user', action: 'login' });
  await waitUntil(
    'the second user has a journey',
    () => viewOf(user('second-user')),
    (view) => view !== null,
  );
  await send({ id: 'shared-4', session, action: 'add_to_cart', product: 'p5' });
  await becomes(visitor(session), 'open');
  expect(await viewOf(user('second-user'))).toMatchObject({ cart: null, counts: { events: 1 } });
  expect((await viewOf(user('first-user')))?.counts.events).toBe(2);
  expect((await viewOf(visitor(session)))?.cart?.cartId).toBe('shared-4');
});
