// Sessions and minutes are what a plain recount of the record gives, however events come: late, out of order, in
// transactions that commit late. Running twice changes nothing, and each finished minute is told to its topic once.
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';

import type { Activities } from '../../activities/activities.ts';
import { createActivities } from '../../activities/create-activities.ts';
import { createRollUp, usualLimits } from '../../activities/roll-up.ts';
import { recordEvents } from '../../activities/record-events.ts';
import { createTopics } from '../../connections/create-topics.ts';
import type { MessageProducer } from '../../connections/kafka.ts';
import { migrate } from '../../connections/migrate.ts';
import { connectPostgres } from '../../connections/postgres.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { createRandomness } from '../../simulator/randomness.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { derivedRows, derivedTables } from '../support/derived-rows.ts';
import { randomVisits } from '../support/random-visits.ts';
import { recountMinutes, recountSessions } from '../support/recount.ts';
import { shopEvent } from '../support/shop-event.ts';
import { readJsonTopic } from '../support/topic.ts';

const minute = 60_000;
const hour = 60 * minute;
const gap = 30 * minute;
const start = Date.UTC(2026, 3, 1, 9);

let deployment: Deployment;
let producer: MessageProducer;
let rollUp: Activities['rollUp'];
let serial = 0;

beforeAll(async () => {
  deployment = await deploy({ SESSION_GAP: '30m' });
  const { settings, log, kafka, topics, database, temporal } = deployment;
  await migrate(settings, log);
  await createTopics(kafka, topics, 1, log);
  producer = await kafka.producer();
  const activities = createActivities({ database, producer, workflows: temporal.workflow, settings });
  rollUp = () => activities.rollUp();
});

afterAll(async () => {
  await producer.close();
  await deployment.close();
});

beforeEach(() =>
  deployment.owner.query(`TRUNCATE events, identities, report_rebuild, ${derivedTables.join(', ')}`),
);

/** Ids of one width sort alike in JavaScript and in every collation. */
const event = (differences: Partial<ShopEvent>): ShopEvent => {
  serial += 1;
  return shopEvent({ eventId: `e${String(serial).padStart(6, '0')}`, ...differences });
};
const view = (time: number, page = '/home', differences: Partial<ShopEvent> = {}): ShopEvent =>
  event({ time, page, action: 'pageview', ...differences });

const record = (events: readonly ShopEvent[]) => recordEvents(deployment.database, events);

interface SessionRow {
  readonly journey_id: string;
  readonly start_time: Date;
  readonly end_time: Date;
  readonly events: number;
}

const sessionRows = async () =>
  (await derivedRows(deployment.database, 'user_sessions')) as unknown as SessionRow[];
const minuteRows = () => derivedRows(deployment.database, 'user_activity');

const spans = async () =>
  (await sessionRows()).map(({ start_time: from, end_time: to, events }) => [
    Number(from) - start,
    Number(to) - start,
    events,
  ]);

const messages = () =>
  readJsonTopic<{ journey_id: string; user_id: string | null; window_end_time: string; activity: object }>(
    inject('kafka'),
    deployment.topics.userActivity.name,
  );

test('a gap longer than the limit ends a session, one of exactly the limit does not', async () => {
  await record([0, gap, 2 * gap + 1].map((after) => view(start + after)));
  expect(await rollUp()).toMatchObject({ events: 3, sessions: 2, minutes: 3 });
  expect(await spans()).toEqual([
    [0, gap, 2],
    [2 * gap + 1, 2 * gap + 1, 1],
  ]);
});

test('running again changes no row and tells the topic nothing', async () => {
  await record([view(start, '/home', { journeyId: 'u1_again' }), view(start + hour)]);
  await rollUp();
  const told = (await messages()).length;
  const before = [await sessionRows(), await minuteRows()];
  expect(await rollUp()).toMatchObject({ events: 0, sessions: 0, minutes: 0 });
  // Even if all of it is read once more: what is counted is told from what is news by its time.
  await deployment.database.query(`UPDATE roll_up_marks SET recorded_before = '0'`);
  expect(await rollUp()).toMatchObject({ events: 2, sessions: 0, minutes: 0 });
  expect([await sessionRows(), await minuteRows()]).toEqual(before);
  expect(await messages()).toHaveLength(told);
});

test('a late event joins two sessions into one', async () => {
  await record([view(start, '/a'), view(start + 50 * minute, '/c')]);
  await rollUp();
  expect(await spans()).toHaveLength(2);
  await record([view(start + 25 * minute, '/b')]);
  await rollUp();
  expect(await spans()).toEqual([[0, 50 * minute, 3]]);
  const [joined] = await sessionRows();
  expect(joined).toMatchObject({ entry_page: '/a', exit_page: '/c', pageviews: 3 });
});

test('an unbroken run is cut every 24 h from its first event', async () => {
  const events = Array.from({ length: 121 }, (_, n) => view(start + n * 25 * minute));
  await record(events);
  await rollUp();
  expect(await spans()).toEqual([
    [0, 57 * 25 * minute, 58],
    [58 * 25 * minute, 115 * 25 * minute, 58],
    [116 * 25 * minute, 120 * 25 * minute, 5],
  ]);
});

test('runs that a late event joins are cut anew from the first one, also where their numbers stay the same', async () => {
  // The second run begins just where the joined run is cut, so its first session keeps its start, its end and its count.
  const second = 24 * hour + minute;
  const times = [
    ...Array.from({ length: 58 }, (_, n) => n * 25 * minute),
    ...Array.from({ length: 57 }, (_, n) => second + n * 25 * minute),
  ];
  const missing = 57 * 25 * minute;
  const late = times.filter((time) => time === missing);
  const events = times.map((time) => view(start + time));
  await record(events.filter(({ time }) => time !== start + missing));
  await rollUp();
  await record(events.filter(({ time }) => late.includes(time - start)));
  await rollUp();
  expect(await sessionRows()).toEqual(recountSessions(events, gap));
  // And what is later appended to it is cut from the first event as well.
  const later = Array.from({ length: 6 }, (_, n) => view(start + second + (57 + n) * 25 * minute));
  await record(later);
  await rollUp();
  expect(await sessionRows()).toEqual(recountSessions([...events, ...later], gap));
});

test('a visitor’s sessions and minutes stand under the session’s pseudonym, without a user', async () => {
  const visitor = { journeyId: 's1_v', userId: null, sessionId: 's1_v' };
  await record([view(start, '/home', visitor), event({ ...visitor, time: start + 1_000, action: 'click' })]);
  await rollUp();
  expect(await sessionRows()).toMatchObject([
    { journey_id: 's1_v', user_id: null, session_id: 's1_v', events: 2 },
  ]);
  const told = (await messages()).filter(({ journey_id: id }) => id === 's1_v');
  expect(told).toEqual([
    {
      user_id: null,
      journey_id: 's1_v',
      window_end_time: new Date(start + minute).toISOString(),
      activity: { pageviews: 1, clicks: 1, scrolls: 0, form_submits: 0, video_plays: 0, pages: ['/home'] },
      bot: false,
    },
  ]);
});

test('a minute is told when it is over, once, and once more after a correction', async () => {
  const of = { journeyId: 'u1_minutes', userId: 'u1_minutes' };
  const told = async () =>
    (await messages())
      .filter(({ journey_id: id }) => id === of.journeyId)
      .map(({ window_end_time: end, activity }) => [end, activity]);
  const numbers = { pageviews: 1, clicks: 0, scrolls: 0, form_submits: 0, video_plays: 0, pages: ['/home'] };
  const end = new Date(start + minute).toISOString();
  // The second one is in a minute that is not over yet.
  await record([view(start, '/home', of), view(Date.now() + 2 * minute, '/home', of)]);
  await rollUp();
  await rollUp();
  expect(await told()).toEqual([[end, numbers]]);
  await record([event({ ...of, time: start + minute - 1, action: 'scroll' })]);
  await rollUp();
  await rollUp();
  expect(await told()).toEqual([
    [end, numbers],
    [end, { ...numbers, scrolls: 1 }],
  ]);
});

test('a run ends when its time is up, and the next one goes on where it ended', async () => {
  const { database, topics, settings } = deployment;
  const run = createRollUp(
    {
      database,
      producer,
      userActivityTopic: topics.userActivity.name,
      sessionGapMs: settings.SESSION_GAP,
    },
    { ...usualLimits, eventsInSlice: 10, budgetMs: 0 },
  );
  // Each is a transaction, and of several together no more than ten events are in a slice; one of more is one slice.
  for (let at = 0; at < 8; at += 1) await record([view(start + at * hour), view(start + at * hour + minute)]);
  await record(Array.from({ length: 25 }, (_, at) => view(start + at * hour)));
  expect(await run()).toMatchObject({ events: 10, slices: 1, behind: true });
  expect(await run()).toMatchObject({ events: 6, behind: true });
  expect(await run()).toMatchObject({ events: 25 });
  expect(await run()).toMatchObject({ events: 0, behind: false });
  expect(await spans()).toHaveLength(25);
});

test('a transaction that commits after a later one, and after a roll-up, is not skipped', async () => {
  const slow = connectPostgres(deployment.settings, deployment.log, 'aisle-test-slow');
  const session = await slow.connect();
  try {
    await session.query('BEGIN');
    await session.query(
      `INSERT INTO events (event_id, "timestamp", journey_id, action, page) VALUES ('slow', $1, 'u1_slow', 'pageview', '/home')`,
      [new Date(start)],
    );
    await record([view(start, '/home', { journeyId: 'u1_quick' })]);
    await rollUp();
    await session.query('COMMIT');
    await rollUp();
  } finally {
    session.release();
    await slow.end();
  }
  expect((await sessionRows()).map(({ journey_id: id }) => id)).toEqual(['u1_quick', 'u1_slow']);
  expect((await minuteRows()).map(({ journey_id: id }) => id)).toEqual(['u1_quick', 'u1_slow']);
});

test.for([
  { seed: 1, late: 1 },
  { seed: 2, late: 1 },
  { seed: 3, late: 0.05 },
  { seed: 4, late: 0.05 },
  { seed: 5, late: 0 },
])(
  'random events give what a plain recount gives: seed $seed, of which come at any time: $late',
  async ({ seed, late }) => {
    const randomness = createRandomness(seed);
    const events = randomVisits({ start, events: 600, late, visitors: false }, randomness);
    for (let from = 0; from < events.length;) {
      const size = randomness.whole(1, late === 1 ? 120 : 20);
      await record(events.slice(from, from + size));
      await rollUp();
      from += size;
    }
    expect(await sessionRows()).toEqual(recountSessions(events, gap));
    expect(await minuteRows()).toEqual(recountMinutes(events));
  },
);
