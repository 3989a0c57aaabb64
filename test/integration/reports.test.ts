// Each report's numbers are those that a person works out by hand from a few events, after the real roll-ups.
import { afterAll, beforeAll, expect, test } from 'vitest';

import { deploySmallShop, type ReportedShop } from '../support/report.ts';

const week = { since: '2026-03-02', until: '2026-03-09' };
const mondayAlone = { since: '2026-03-02', until: '2026-03-03' };

let shop: ReportedShop;

beforeAll(async () => {
  shop = await deploySmallShop();
});

afterAll(() => shop.close());

const ask = (name: string, given: Record<string, string> = {}) => shop.ask(name, { ...week, ...given });
const rowsOf = async (name: string, given: Record<string, string> = {}) => (await ask(name, given)).slice(1);

const iso = (time: string): string => `2026-${time}:00.000Z`;
const midnight = (day: string): string => iso(`${day}T00:00`);

test('traffic', async () => {
  const [head, ...rows] = await ask('traffic', mondayAlone);
  expect(head).toEqual(['hour', 'pageviews', 'sessions', 'pages_per_session', 'bounce_percent']);
  // From 9 to 23 o'clock there is a row for each hour.
  expect(rows).toHaveLength(15);
  // ada's 3 views, cleo's and bob's one each: 5 in 3 sessions, 1.67 each; 2 of 3 bounced.
  expect(rows[0]).toEqual([iso('03-02T09:00'), '5', '3', '1.67', '66.67']);
  expect(rows[1]).toEqual([iso('03-02T10:00'), '0', '0', null, null]);
  expect(rows[14]).toEqual([iso('03-02T23:00'), '1', '1', '1.00', '0.00']);
  // With the robot: 6 views in 4 sessions, of which 3 bounced.
  const [withBots] = await rowsOf('traffic', { ...mondayAlone, bots: 'include' });
  expect(withBots).toEqual([iso('03-02T09:00'), '6', '4', '1.50', '75.00']);
});

test('a time begins with its hour', async () => {
  const rows = await rowsOf('traffic', { since: '2026-03-02T09:29Z', until: '2026-03-02T10:00Z' });
  expect(rows).toEqual([[iso('03-02T09:00'), '5', '3', '1.67', '66.67']]);
});

test('hourly-conversion', async () => {
  const [head, ...rows] = await ask('hourly-conversion', mondayAlone);
  expect(head).toEqual([
    ...['hour', 'sessions', 'product_sessions', 'cart_sessions', 'checkout_sessions', 'purchase_sessions'],
    ...['cart_percent', 'conversion_percent'],
  ]);
  expect(rows).toHaveLength(15);
  // ada came to a cart, bob to a product, cleo no further than the home page: 1 of 3 had a cart.
  expect(rows[0]).toEqual([iso('03-02T09:00'), '3', '2', '1', '0', '0', '33.33', '0.00']);
  expect(rows[14]).toEqual([iso('03-02T23:00'), '1', '1', '1', '1', '1', '100.00', '100.00']);
});

test('devices', async () => {
  expect(await ask('devices')).toEqual([
    [
      ...['device_type', 'browser', 'os', 'sessions', 'share_percent', 'bounce_percent', 'pages_per_session'],
      'conversion_percent',
    ],
    // bob: 3 of 7 sessions; he bounced on Monday, and the refund has no page at all; 1 + 1 + 0 pages; one order.
    ['mobile', 'Safari', 'iOS', '3', '42.86', '66.67', '0.67', '33.33'],
    // ada: 3 + 4 pages in two sessions, and an order in one.
    ['desktop', 'Firefox', 'Linux', '2', '28.57', '0.00', '3.50', '50.00'],
    // cleo bounced; dan, one person before and after the login, did not, and bought.
    ['mobile', 'Chrome', 'Android', '2', '28.57', '50.00', '1.00', '50.00'],
  ]);
  expect(await rowsOf('devices', { limit: '1' })).toHaveLength(1);
});

test('sessions', async () => {
  expect(await ask('sessions')).toEqual([
    [
      ...['begins', 'sessions', 'shoppers', 'bounce_percent', 'pages_per_session', 'events_per_session'],
      ...['average_seconds', 'median_seconds', 'p90_seconds'],
    ],
    // ada 3 pages and 5 events in 300 s, cleo and bob a page each, bob again 1 page and 4 events in 180 s: 6 / 4 pages,
    // 11 / 4 events, 480 / 4 s; of 0, 0, 180 and 300 s the second is the median and the fourth the 90th percentile.
    [midnight('03-02'), '4', '3', '50.00', '1.50', '2.75', '120.0', '0.0', '300.0'],
    // bob's refund, and ada with 4 pages and 6 events in 360 s.
    [midnight('03-03'), '2', '2', '50.00', '2.00', '3.50', '180.0', '0.0', '360.0'],
    [midnight('03-04'), '1', '1', '0.00', '1.00', '4.00', '180.0', '180.0', '180.0'],
  ]);
  // 4 shoppers in 7 sessions: 3 bounced; 11 pages, 22 events and 1020 s in all.
  expect(await rowsOf('sessions', { by: 'all' })).toEqual([
    [midnight('03-02'), '7', '4', '42.86', '1.57', '3.14', '145.7', '180.0', '360.0'],
  ]);
});

test('product-performance', async () => {
  expect(await ask('product-performance')).toEqual([
    [
      ...[
        'product_id',
        'views',
        'added_to_cart',
        'orders',
        'cart_percent',
        'conversion_percent',
        'units',
        'revenue',
      ],
      ...['refunded', 'currency'],
    ],
    // Viewed by ada, whose page and `view_item` are one view, by bob, and by ada again; two pieces in one order.
    ['lamp', '3', '2', '1', '66.67', '33.33', '2', '20.20', '0', 'EUR'],
    // Viewed, taken and bought by bob and by dan, in two currencies; bob's came back.
    ['mug', '2', '2', '2', '100.00', '100.00', '1', '7.00', '0', 'USD'],
    ['mug', '2', '2', '2', '100.00', '100.00', '1', '5.05', '5.05', 'EUR'],
  ]);
});

test('demand', async () => {
  expect(await ask('demand')).toEqual([
    [
      ...['product_id', 'views', 'added_to_cart', 'orders', 'units', 'units_per_day', 'units_before'],
      ...['units_trend_percent', 'views_trend_percent'],
    ],
    // 2 pieces in 7 days, 1 in the 7 days before: twice as many; 3 views after 1.
    ['lamp', '3', '2', '1', '2', '0.29', '1', '100.0', '200.0'],
    // 2 sold and 1 came back; none before.
    ['mug', '2', '2', '2', '1', '0.14', '0', null, null],
  ]);
});

test('revenue', async () => {
  expect(await ask('revenue')).toEqual([
    ['begins', 'currency', 'orders', 'buyers', 'revenue', 'average_order_value', 'refunded'],
    [midnight('03-02'), 'EUR', '1', '1', '5.05', '5.05', '0'],
    [midnight('03-03'), 'EUR', '1', '1', '20.20', '20.20', '5.05'],
    [midnight('03-04'), 'USD', '1', '1', '7.00', '7.00', '0'],
  ]);
  // 25.25 / 2 = 12.625.
  expect(await rowsOf('revenue', { by: 'week' })).toEqual([
    [midnight('03-02'), 'EUR', '2', '2', '25.25', '12.63', '5.05'],
    [midnight('03-02'), 'USD', '1', '1', '7.00', '7.00', '0'],
  ]);
});

test('attribution', async () => {
  expect(await ask('attribution')).toEqual([
    [
      ...['source', 'medium', 'campaign', 'currency', 'first_touch_orders', 'first_touch_revenue'],
      ...['last_touch_orders', 'last_touch_revenue'],
    ],
    // ada came by a search the week before, last by the newsletter, and then directly, to buy for 20.20.
    ['newsletter', 'email', 'weekly', 'EUR', '0', '0', '1', '20.20'],
    // dan's touch was a visitor's.
    ['social', 'paid', null, 'USD', '1', '7.00', '1', '7.00'],
    // ada's first, and both of bob's, who bought for 5.05: 25.25.
    ['search.example', 'referral', null, 'EUR', '2', '25.25', '1', '5.05'],
  ]);
  // The newsletter was 25 hours before ada's order.
  expect(await rowsOf('attribution', { lookback: '1d', limit: '1' })).toEqual([
    ['direct', 'none', null, 'EUR', '1', '20.20', '1', '20.20'],
  ]);
});

test('retention', async () => {
  const since = '2026-02-23';
  expect(await ask('retention', { since })).toEqual([
    ['cohort', 'weeks_later', 'cohort_shoppers', 'active_shoppers', 'retention_percent', 'buyers'],
    [midnight('02-23'), '0', '1', '1', '100.00', '1'],
    [midnight('02-23'), '1', '1', '1', '100.00', '1'],
    // bob, dan and cleo, who bought nothing.
    [midnight('03-02'), '0', '3', '3', '100.00', '2'],
  ]);
  expect((await rowsOf('retention', { since, visitors: 'exclude' })).at(-1)).toEqual([
    ...[midnight('03-02'), '0', '2', '2', '100.00', '2'],
  ]);
  // ada is no newcomer in March.
  expect(await rowsOf('retention')).toHaveLength(1);
});

test('funnel', async () => {
  expect(await ask('funnel')).toEqual([
    ['step', 'shoppers', 'of_all_percent', 'of_step_before_percent', 'median_seconds', 'p90_seconds'],
    ['browse', '4', '100.00', null, null, null],
    // ada after 120 s, bob and dan at once.
    ['product', '3', '75.00', '75.00', '0.0', '120.0'],
    // dan after 60 s, ada after 240 s, bob at 23:51 after 14 h 21 min.
    ['cart', '3', '75.00', '100.00', '240.0', '51660.0'],
    // bob a minute later, ada the next day after 25 h 3 min; dan passed it over, and so comes no further.
    ['checkout', '2', '50.00', '66.67', '51720.0', '90180.0'],
    ['purchase', '2', '50.00', '100.00', '51780.0', '90300.0'],
  ]);
  // A day is too short for ada.
  const inADay = await rowsOf('funnel', { window: '1d' });
  expect(inADay.map((row) => row[1])).toEqual(['4', '3', '3', '1', '1']);
});

test('funnel: a step counts when it is shown again in its place', async () => {
  // On Tuesday bob only has his refund. ada opens the cart, then the product after 60 s, and the cart again after 120 s.
  const tuesday = { since: '2026-03-03', until: '2026-03-04' };
  const rows = await rowsOf('funnel', tuesday);
  expect(rows.map((row) => [row[1], row[4]])).toEqual([
    ['2', null],
    ['1', '60.0'],
    ['1', '120.0'],
    ['1', '180.0'],
    ['1', '300.0'],
  ]);
});

test('page-performance', async () => {
  expect(await ask('page-performance', mondayAlone)).toEqual([
    [
      ...['page', 'views', 'p50_seconds', 'p75_seconds', 'p95_seconds', 'landings', 'bounce_percent'],
      'conversion_percent',
    ],
    // ada 1 s and cleo 0.9 s; the robot's 0.1 s does not count. Both began here, cleo bounced.
    ['/home', '2', '0.9', '1', '1', '2', '50.00', '0.00'],
    ['/product/lamp', '2', '2', '4', '4', '1', '100.00', '0.00'],
    ['/cart', '1', '0.5', '0.5', '0.5', '0', null, null],
    ['/product/mug', '1', '1', '1', '1', '1', '0.00', '100.00'],
  ]);
});
