// Hourly and daily sums are what a plain recount of the record gives, whatever the order of events, logins and roll-ups, and
// the same as after a rebuild, which may be interrupted anywhere and leaves alone what the record no longer holds.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { recordEvents } from '../../activities/record-events.ts';
import { createRecordIdentities } from '../../activities/record-identities.ts';
import { createRebuildReports, type RebuildReports } from '../../activities/roll-ups/rebuild-reports.ts';
import { createTakeNews } from '../../activities/roll-ups/take-news.ts';
import { migrate } from '../../connections/migrate.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { createRandomness } from '../../simulator/randomness.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { derivedRows, derivedTables } from '../support/derived-rows.ts';
import { randomVisits, underActors } from '../support/random-visits.ts';
import { recountFunnel, recountLoadTimes, recountPages, recountProducts } from '../support/recount-hours.ts';
import { recountMinutes, recountSessions } from '../support/recount.ts';
import { shopEvent } from '../support/shop-event.ts';

const minute = 60_000;
const hour = 60 * minute;
const gap = 30 * minute;
const start = Date.UTC(2026, 3, 1, 9);

let deployment: Deployment;
let rebuild: RebuildReports;

beforeAll(async () => {
  deployment = await deploy({ SESSION_GAP: '30m' });
  await migrate(deployment.settings, deployment.log);
  rebuild = createRebuildReports(deployment.database, gap);
});

afterAll(() => deployment.close());

beforeEach(async () => {
  await deployment.owner.query(`TRUNCATE events, identities, report_rebuild, ${derivedTables.join(', ')}`);
  await deployment.owner.query(`UPDATE retention SET kept_since = '-infinity'`);
});

/** Takes all news in slices of so many events. */
async function takeAll(mostEvents: number, continues = true): Promise<void> {
  const take = createTakeNews(deployment.database, { sessionGapMs: gap, continues });
  while ((await take(mostEvents)).hasMore);
}

async function rebuildAll(): Promise<number> {
  let steps = 0;
  while ((await rebuild.step()).of !== 'nothing') steps += 1;
  return steps;
}

async function everything(): Promise<Record<string, unknown>> {
  const tables: Record<string, unknown> = {};
  for (const table of derivedTables) {
    const rows = await derivedRows(deployment.database, table);
    tables[table] = table.startsWith('user_') ? rows : inOrder(rows);
  }
  return tables;
}

const inOrder = (rows: readonly Record<string, unknown>[]) =>
  rows
    .map((row) => JSON.stringify(Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1))))
    .sort();

function recountAll(events: readonly ShopEvent[]): Record<string, unknown> {
  const own = underActors(events);
  const sessions = recountSessions(own, gap);
  const minutes = recountMinutes(own);
  return {
    user_sessions: sessions,
    user_activity: minutes,
    hourly_funnel: inOrder(recountFunnel(sessions)),
    hourly_pages: inOrder(recountPages(events, minutes)),
    hourly_products: inOrder(recountProducts(events)),
    daily_load_times: inOrder(recountLoadTimes(events)),
  };
}

test.for([
  { seed: 11, late: 1 },
  { seed: 12, late: 0.05 },
  { seed: 13, late: 0.05 },
  { seed: 14, late: 0 },
])(
  'random visits and logins: all sums are those of a recount (seed $seed, late $late)',
  async ({ seed, late }) => {
    const randomness = createRandomness(seed);
    const events = randomVisits({ start, events: 400, late, visitors: true }, randomness);
    const recordIdentities = createRecordIdentities(deployment.database);
    for (let from = 0; from < events.length;) {
      const size = randomness.whole(1, late === 1 ? 80 : 20);
      const batch = events.slice(from, from + size);
      const identitiesFirst = randomness.chance(0.5);
      if (identitiesFirst) await recordIdentities(batch);
      await recordEvents(deployment.database, batch);
      if (randomness.chance(0.3)) await takeAll(randomness.whole(10, 60));
      if (!identitiesFirst) await recordIdentities(batch);
      if (randomness.chance(0.7)) await takeAll(randomness.whole(10, 60));
      from += size;
    }
    await takeAll(50);
    const rows = await everything();
    expect(rows).toMatchObject(recountAll(events));
    // Once more, all of it recomputed, in a database that still has the old rows.
    await rebuild.request();
    expect(await rebuildAll()).toBeGreaterThan(1);
    expect(await everything()).toEqual(rows);
  },
);

test('a rebuild repairs whatever is wrong, goes on where it was broken off, and lets news in between', async () => {
  const randomness = createRandomness(15);
  const events = randomVisits({ start, events: 300, late: 0.2, visitors: false }, randomness);
  await recordEvents(deployment.database, events.slice(0, 250));
  await takeAll(100);
  await deployment.database.query(`
    DELETE FROM user_sessions WHERE journey_id = 'u1_3';
    UPDATE user_sessions SET clicks = 99, purchases = 7, source = 'nowhere' WHERE journey_id < 'u1_3';
    INSERT INTO user_sessions (journey_id, start_time, end_time, run_start_time, events, pageviews)
    SELECT 'u1_nobody', start_time, end_time, run_start_time, 1, 1 FROM user_sessions LIMIT 1;
    DELETE FROM user_activity WHERE journey_id = 'u1_4';
    UPDATE hourly_funnel SET sessions = sessions + 5, source = source || 'x';
    UPDATE hourly_pages SET views = 1000, visitors = 1000;
    DELETE FROM hourly_products;
    UPDATE orders SET value = 0;
    DELETE FROM daily_load_times;`);
  await rebuild.request();
  for (let step = 0, news = 250; (await rebuild.step()).of !== 'nothing'; step += 1) {
    if (step % 5 === 0 && news < events.length) {
      await recordEvents(deployment.database, events.slice(news, news + 10));
      await takeAll(100);
      news += 10;
    }
    // Asking again changes nothing while it is under way; whoever takes the next step knows where it was.
    await rebuild.request();
    rebuild = createRebuildReports(deployment.database, gap);
  }
  await recordEvents(deployment.database, events);
  await takeAll(100);
  expect(await everything()).toMatchObject(recountAll(events));
});

test('a roll-up that fails half-way has changed nothing, and the next one counts everything once', async () => {
  const events = randomVisits({ start, events: 60, late: 0, visitors: false }, createRandomness(16));
  await recordEvents(deployment.database, events);
  const nothing = await everything();
  await deployment.owner.query('ALTER TABLE daily_load_times ADD CONSTRAINT broken CHECK (false) NOT VALID');
  await expect(takeAll(1_000)).rejects.toThrow(/broken/);
  expect(await everything()).toEqual(nothing);
  await deployment.owner.query('ALTER TABLE daily_load_times DROP CONSTRAINT broken');
  await takeAll(1_000);
  await takeAll(1_000);
  expect(await everything()).toMatchObject(recountAll(events));
});

test('what began before the record’s oldest day is left as it was, by late events and by a rebuild', async () => {
  const day = 24 * 60 * 60_000;
  const visit = (id: string, time: number) =>
    shopEvent({ eventId: id, time, action: 'pageview', page: '/home', loadTimeSeconds: 1 });
  // The second day's first session began in the first.
  const events = [
    visit('a', start),
    visit('b', start + 15 * hour - 5 * minute),
    visit('c', start + 15 * hour + 5 * minute),
    visit('d', start + 17 * hour),
  ];
  await recordEvents(deployment.database, events);
  await takeAll(1_000);
  const before = await everything();
  await deployment.owner.query(`UPDATE retention SET kept_since = $1 WHERE table_name = 'events'`, [
    new Date(start + 15 * hour),
  ]);
  await deployment.owner.query('DELETE FROM events WHERE "timestamp" < $1', [new Date(start + 15 * hour)]);
  await rebuild.request();
  await rebuildAll();
  expect(await everything()).toEqual(before);
  await recordEvents(deployment.database, [visit('late', start + minute)]);
  await takeAll(1_000);
  expect(await everything()).toEqual(before);
  expect(new Date(start + 15 * hour).getTime() % day).toBe(0);
});

test('nothing that the parser lets through stops a roll-up', async () => {
  const wide = (length: number) =>
    Array.from({ length }, (_, at) => String.fromCodePoint(0x4e00 + at)).join('');
  const events = [
    {
      action: 'pageview',
      page: `/${wide(2000)}?utm_source=${encodeURIComponent(wide(200))}%00`,
      loadTimeSeconds: 86_400,
    },
    { action: 'pageview', page: `/product/${wide(600)}`, loadTimeSeconds: 0 },
    { action: 'view_item', items: [{ productId: wide(256), quantity: 1_000_000, price: 1e11 }] },
    {
      action: 'purchase',
      orderId: wide(256),
      currency: wide(8),
      value: 1e11,
      items: Array.from({ length: 500 }, () => ({ productId: 'p', quantity: 1_000_000, price: 1e11 })),
    },
    { action: 'refund', value: -1e11, items: [{ productId: 'p', quantity: 1, price: null }] },
    { action: 'login', device: { type: wide(256), browser: null, os: null } },
  ] as const;
  await recordEvents(
    deployment.database,
    events.map((event, at) =>
      shopEvent({ page: null, ...event, eventId: `odd-${at}`, time: start + at * 1000 }),
    ),
  );
  await takeAll(1_000);
  const { rows } = await deployment.database.query<{ events: number }>('SELECT events FROM user_sessions');
  expect(rows).toEqual([{ events: events.length }]);
});

test.for([
  [0, 0],
  [0.0004, 0],
  [0.00951, 0.0095],
  [0.04996, 0.05],
  [0.125, 0.13],
  [0.994, 0.99],
  [0.996, 1],
  [1, 1],
  [9.96, 10],
  [1234, 1200],
  [86_400, 86_000],
])('a load time of %d s counts as %d s', async ([seconds, rounded]) => {
  const { rows } = await deployment.database.query<{ rounded: number }>(
    'SELECT rounded_load_time($1) AS rounded',
    [seconds],
  );
  expect(rows).toEqual([{ rounded }]);
});
