// What is usual for a checkout page is what a plain count of the last day's record gives, robust against extremes; many ask in
// few queries, and where too little is known nobody gets an answer.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { createAskUsualLoadTime } from '../../activities/ask-usual-load-time.ts';
import { createMeasureLoadTimes } from '../../activities/measure-load-times.ts';
import { recordEvents } from '../../activities/record-events.ts';
import { migrate } from '../../connections/migrate.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { scansOf } from '../support/query-plan.ts';
import { shopEvent } from '../support/shop-event.ts';

const hour = 60 * 60_000;
let deployment: Deployment;
let measure: () => Promise<void>;
let ask: ReturnType<typeof createAskUsualLoadTime>;
let serial = 0;

beforeAll(async () => {
  deployment = await deploy();
  await migrate(deployment.settings, deployment.log);
  measure = createMeasureLoadTimes(deployment.database);
  ask = createAskUsualLoadTime(deployment.database);
});

afterAll(() => deployment.close());

beforeEach(() => deployment.owner.query('TRUNCATE events, usual_load_times'));

function views(page: string, loadTimes: readonly (number | null)[], differences: Partial<ShopEvent> = {}) {
  return loadTimes.map((loadTimeSeconds) =>
    shopEvent({
      eventId: `e${(serial += 1)}`,
      time: Date.now() - hour,
      action: 'pageview',
      page,
      loadTimeSeconds,
      ...differences,
    }),
  );
}
const record = (...events: readonly ShopEvent[][]) => recordEvents(deployment.database, events.flat());
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const rows = async () =>
  (
    await deployment.database.query<{ page: string }>(
      'SELECT page, views, median, p95 FROM usual_load_times ORDER BY page COLLATE "C"',
    )
  ).rows;

test('a page’s median and 95th percentile, and those of all checkout pages together', async () => {
  await record(
    views('/checkout', upTo(21)),
    views('/checkout/pay?utm_source=x', Array<number>(40).fill(0.5)),
  );
  await measure();
  expect(await rows()).toEqual([
    { page: '*', views: 61, median: 0.5, p95: 18 },
    { page: '/checkout', views: 21, median: 11, p95: 20 },
    { page: '/checkout/pay', views: 40, median: 0.5, p95: 0.5 },
  ]);
  expect(await ask('/checkout')).toEqual({ median: 11, p95: 20 });
  expect(await ask('/checkout/order-17')).toEqual({ median: 0.5, p95: 18 });
});

test('one page that took an hour changes nothing that matters', async () => {
  await record(views('/checkout', [...Array<number>(99).fill(1), 3600]));
  await measure();
  expect(await ask('/checkout')).toEqual({ median: 1, p95: 1 });
});

test('other pages, other events, views without a time and those of another day do not count', async () => {
  const many = upTo(30);
  await record(
    views('/checkout', upTo(20)),
    views('/home', many),
    views('/checkouts', many),
    views(
      '/checkout',
      many.map(() => null),
    ),
    views('/checkout', many, { action: 'click' }),
    views('/checkout', many, { time: Date.now() - 25 * hour }),
  );
  await measure();
  expect(await rows()).toMatchObject([{ page: '*' }, { page: '/checkout', views: 20, median: 10.5 }]);
});

test('with too few views nothing is usual, and what is not seen any more is forgotten', async () => {
  await record(views('/checkout', upTo(19)));
  await measure();
  expect(await rows()).toEqual([]);
  expect(await ask('/checkout')).toBeNull();
  await record(views('/checkout', [1]));
  await measure();
  expect(await rows()).toHaveLength(2);
  await deployment.owner.query('TRUNCATE events');
  await measure();
  expect(await rows()).toEqual([]);
});

test('measuring again writes nothing where nothing has changed', async () => {
  await record(views('/checkout', upTo(25)));
  await measure();
  const versions = async () =>
    (
      await deployment.database.query<{ page: string }>(
        'SELECT page, xmin FROM usual_load_times ORDER BY page',
      )
    ).rows;
  const before = await versions();
  await measure();
  expect(await versions()).toEqual(before);
});

test('only views of checkout pages are read, however many others there are', async () => {
  await record(views('/checkout', upTo(25)), views('/home', upTo(2000)));
  await deployment.owner.query('ANALYZE events');
  const scans = await scansOf(
    deployment.database,
    `SELECT load_time FROM events
     WHERE action = 'pageview' AND load_time IS NOT NULL AND lower(page) LIKE '/checkout%'
       AND "timestamp" > now() - interval '1 day'`,
  );
  expect(new Set(scans.map(({ index }) => index))).toEqual(new Set(['events_checkout_views']));
});

test('many questions at once cost few queries, and each gets its own answer', async () => {
  await record(views('/checkout', upTo(21)), views('/checkout/pay', Array<number>(40).fill(0.5)));
  await measure();
  const query = vi.spyOn(deployment.database, 'query');
  const pages = upTo(200).map((n) => (n % 2 === 0 ? '/checkout' : '/checkout/pay'));
  const answers = await Promise.all(pages.map((page) => ask(page)));
  expect(query.mock.calls.length).toBeLessThanOrEqual(2);
  query.mockRestore();
  expect(answers.map((answer) => answer?.median)).toEqual(
    pages.map((page) => (page === '/checkout' ? 11 : 0.5)),
  );
});
