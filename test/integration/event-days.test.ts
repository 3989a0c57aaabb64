// An event is one row, on the UTC day of its time, whatever day it arrives and however often; days are made when they are
// needed and no wrong clock makes one; and a question about an hour reads one day, by an index.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { createCopyOrInsert } from '../../activities/copy-events.ts';
import { backfillEvents, recordEvents } from '../../activities/record-events.ts';
import { migrate } from '../../connections/migrate.ts';
import { connectPostgres, isDatabaseUnavailable } from '../../connections/postgres.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { scansOf } from '../support/query-plan.ts';
import { shopEvent } from '../support/shop-event.ts';

const day = 24 * 60 * 60 * 1000;
const today = Math.floor(Date.now() / day) * day;
const nameOfDay = (time: number) => `events_${new Date(time).toISOString().slice(0, 10).replaceAll('-', '')}`;

let deployment: Deployment;

beforeAll(async () => {
  deployment = await deploy();
  await migrate(deployment.settings, deployment.log);
});

afterAll(() => deployment.close());

beforeEach(() => deployment.owner.query('TRUNCATE events, clamped_events'));

interface Place {
  readonly id: string;
  readonly partition: string;
  readonly page: string;
}

async function places(): Promise<Place[]> {
  const { rows } = await deployment.database.query<Place>(
    'SELECT event_id AS id, tableoid::regclass::text AS partition, page FROM events ORDER BY event_id COLLATE "C", page',
  );
  return rows;
}

async function partitions(): Promise<string[]> {
  const { rows } = await deployment.database.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'events'::regclass ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

const dropDay = (time: number) => deployment.owner.query(`DROP TABLE IF EXISTS ${nameOfDay(time)}`);

test('a late event lands on its own day to the millisecond, which is made for it, and is one row on every delivery', async () => {
  const { database } = deployment;
  const times = [-41 * day, -40 * day - 1, -40 * day, -1, 0, day + 5].map((time) => today + time);
  const events = times.map((time, n) => shopEvent({ eventId: `late-${n}`, time }));
  expect(await partitions()).not.toContain(nameOfDay(today - 40 * day));
  for (let delivery = 0; delivery < 3; delivery += 1)
    expect(await recordEvents(database, [...events, ...events.toReversed()])).toEqual([]);
  expect(await places()).toEqual(
    times.map((time, n) => ({ id: `late-${n}`, partition: nameOfDay(time), page: '/home' })),
  );
});

test('a day that nobody keeps, or that is far ahead, gets no partition: its events are in the default one, once', async () => {
  const before = await partitions();
  const strange = ['0000-01-01', '0999-12-31', '1970-01-01', '9999-12-31T23:59:59.999Z']
    .map((text) => Date.parse(text))
    .concat(today - 200 * day, today + 30 * day)
    .map((time, n) => shopEvent({ eventId: `strange-${n}`, time }));
  await recordEvents(deployment.database, strange);
  await recordEvents(deployment.database, strange);
  const found = await places();
  expect(found.map(({ id }) => id)).toEqual(strange.map(({ eventId }) => eventId));
  expect(new Set(found.map(({ partition }) => partition))).toEqual(new Set(['events_default']));
  expect(await partitions()).toEqual(before);
});

test('what lies in the default partition goes to its day when the day is made', async () => {
  const time = today - 20 * day;
  await dropDay(time);
  const insert = (id: string) =>
    deployment.database.query(
      `INSERT INTO events (event_id, "timestamp", journey_id, action, page) VALUES ($1, $2, 'u1_a', 'click', '/old')`,
      [id, new Date(time)],
    );
  // As a program of the release before does, which makes no days.
  await insert('early');
  expect(await places()).toEqual([{ id: 'early', partition: 'events_default', page: '/old' }]);
  const { rows } = await deployment.database.query<{ made: number }>(
    'SELECT ensure_event_days($1::date, $1::date) AS made',
    [new Date(time).toISOString()],
  );
  expect(rows).toEqual([{ made: 1 }]);
  expect(await places()).toEqual([{ id: 'early', partition: nameOfDay(time), page: '/old' }]);
});

test('two that record the same new days at the same moment make each day and each row once', async () => {
  const { settings, log, database } = deployment;
  const other = connectPostgres(settings, log, 'aisle-test-other');
  try {
    const times = Array.from({ length: 10 }, (_, n) => today - (50 + n) * day);
    await Promise.all(times.map(dropDay));
    const events = times.map((time, n) => shopEvent({ eventId: `both-${n}`, time }));
    const writes = [database, other, database, other].map((pool) => recordEvents(pool, events));
    expect(await Promise.all(writes)).toEqual([[], [], [], []]);
    expect((await places()).map(({ partition }) => partition)).toEqual(times.map(nameOfDay));
  } finally {
    await other.end();
  }
});

test('of one id with several times in a day the first stays, in a batch and later', async () => {
  const version = (page: string, time: number) => shopEvent({ eventId: 'resent', page, time });
  await recordEvents(deployment.database, [version('/first', today + 5), version('/second', today + 4)]);
  await recordEvents(deployment.database, [version('/third', today + 6)]);
  expect(await places()).toEqual([{ id: 'resent', partition: nameOfDay(today), page: '/first' }]);
});

test('an event whose clock was far ahead is one row though it arrives at other times and on other days', async () => {
  const arrival = (page: string, time: number, timeClamped: boolean) =>
    shopEvent({ eventId: 'ahead', page, time, timeClamped });
  const first = arrival('/first', today - 2 * day, true);
  const second = arrival('/second', today - day, true);
  const record = (...events: Parameters<typeof recordEvents>[1]) => recordEvents(deployment.database, events);
  await record(first, second, shopEvent({ eventId: 'other', time: today }));
  // Once more; once more on another day; and after its time has come, when nothing is clamped any more.
  await record(first);
  await record(second);
  await record(arrival('/third', today, false));
  expect(await places()).toEqual([
    { id: 'ahead', partition: nameOfDay(today - 2 * day), page: '/first' },
    { id: 'other', partition: nameOfDay(today), page: '/home' },
  ]);
});

test('an event whose clock is found far ahead only when it comes again is one row, by insert, in one batch and by backfill', async () => {
  const { database } = deployment;
  const delivered = (eventId: string, page: string, timeClamped: boolean) =>
    shopEvent({ eventId, page, time: timeClamped ? today - 3 * day : today, timeClamped });
  await recordEvents(database, [delivered('later', '/first', false)]);
  await recordEvents(database, [delivered('later', '/second', true)]);
  await recordEvents(database, [delivered('later', '/third', true), delivered('later', '/fourth', false)]);
  await recordEvents(database, [delivered('batch', '/first', false), delivered('batch', '/second', true)]);
  await recordEvents(database, [delivered('batch', '/third', true)]);
  const filled = await backfillEvents(database, [delivered('filled', '/first', false)], () => undefined);
  const refilled = await backfillEvents(database, [delivered('filled', '/second', true)], () => undefined);
  expect([filled, refilled].map(({ recorded }) => recorded)).toEqual([1, 0]);
  await recordEvents(database, [delivered('filled', '/third', true)], () => ({ partition: 2, offset: 7 }));
  expect(await places()).toEqual(
    ['batch', 'filled', 'later'].map((id) => ({ id, partition: nameOfDay(today), page: '/first' })),
  );
  // A live event takes over the row that a backfill had brought, under whatever time.
  const { rows } = await database.query(
    `SELECT backfilled, source_partition AS partition FROM events WHERE event_id = 'filled'`,
  );
  expect(rows).toEqual([{ backfilled: false, partition: 2 }]);
});

test('a large batch, which would be copied, keeps to that as well', async () => {
  const write = createCopyOrInsert();
  const many = (prefix: string) =>
    Array.from({ length: 300 }, (_, n) => shopEvent({ eventId: `${prefix}-${n}`, time: today }));
  const record = (events: Parameters<typeof recordEvents>[1]) =>
    recordEvents(deployment.database, events, undefined, write);
  const clamped = shopEvent({ eventId: 'ahead', page: '/first', time: today - day, timeClamped: true });
  await record([...many('before'), clamped]);
  await record([...many('after'), shopEvent({ eventId: 'ahead', page: '/second', time: today })]);
  // And the other way round: the copied one is there when another delivery of it is clamped.
  await record([...many('once'), shopEvent({ ...clamped, eventId: 'before-7', page: '/second' })]);
  expect(await places()).toHaveLength(901);
  expect((await places()).filter(({ page }) => page === '/second')).toEqual([]);
  expect((await places()).filter(({ id }) => id === 'ahead')).toEqual([
    { id: 'ahead', partition: nameOfDay(today - day), page: '/first' },
  ]);
});

test('while somebody reads for long, a new day is not waited for longer than a few seconds, and made afterwards', async () => {
  const { database } = deployment;
  const time = today - 30 * day;
  await dropDay(time);
  const reader = await database.connect();
  const events = [shopEvent({ eventId: 'waiting', time })];
  try {
    await reader.query('BEGIN; SELECT count(*) FROM events');
    const attempt = await recordEvents(database, events).catch((error: unknown) => error);
    expect(attempt).toSatisfy(isDatabaseUnavailable);
    await reader.query('COMMIT');
    expect(await recordEvents(database, events)).toEqual([]);
    expect(await places()).toMatchObject([{ partition: nameOfDay(time) }]);
  } finally {
    reader.release(true);
  }
});

test('a question about an hour reads one day and uses an index, through the view as well', async () => {
  const { database } = deployment;
  await database.query(`
    INSERT INTO events (event_id, "timestamp", journey_id, action, page)
    SELECT 'hour-' || n, now() - n * interval '10 seconds', 'u1_' || n % 500, 'pageview', '/home'
    FROM generate_series(1, 40000) AS n`);
  await deployment.owner.query('VACUUM ANALYZE events');
  const hour = new Date(today - day + 9 * 3_600_000);
  const yesterday = nameOfDay(today - day);
  for (const relation of ['events', 'pageviews']) {
    const bounds = `SELECT count(*) FROM ${relation} WHERE "timestamp" >= $1 AND "timestamp" < $1::timestamptz + interval '1 hour'`;
    const scans = await scansOf(database, bounds, [hour]);
    expect(scans, relation).toEqual([{ table: yesterday, index: 'events_timestamp' }]);
    const user = await scansOf(database, `${bounds} AND user_id = 'u1_7'`, [hour]);
    expect(user, relation).toEqual([{ table: yesterday, index: 'events_timestamp' }]);
  }
  const journey = `SELECT count(*) FROM events WHERE journey_id = 'u1_7' AND "timestamp" >= $1 AND "timestamp" < $2`;
  expect(await scansOf(database, journey, [new Date(today - day), new Date(today)])).toEqual([
    { table: yesterday, index: 'events_journey' },
  ]);
});
