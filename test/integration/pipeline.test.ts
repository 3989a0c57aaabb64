// From the broker to rows, journeys and alerts and back: what is stored and said is exactly what the events say, what
// cannot be used is named in the dead letters and stops nothing, and no raw id or address is left anywhere behind the bridge.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { journeyWorkflowId } from '../../events/letter.ts';
import { errorLevel } from '../support/aisle-process.ts';
import { badInputs } from '../support/bad-input.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { askJourney, listJourneys } from '../support/journeys.ts';
import { searchJourneys, searchLogs, searchTables, searchTopics } from '../support/personal-traces.ts';
import * as outcome from '../support/scripted-outcome.ts';
import {
  firstEvents,
  laterEvents,
  oddMessages,
  rawSession,
  rawUser,
  toMessage,
  visitors,
  type WrittenEvent,
} from '../support/scripted-shop.ts';
import { openProducer, readJsonTopic, readTopic } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

const minute = 60_000;
/** Whole minutes, and long enough ago that each of them is over. */
const base = Math.floor(Date.now() / minute) * minute - 3 * minute;
const at = (after: number): Date => new Date(base + after * 1000);
const brokers = inject('kafka');

/** The bare purchase and the events with odd times have none. */
const withoutSession: ReadonlySet<string> = new Set(['bare', 'future', 'past']);

interface Alert {
  readonly alert_id: string;
  readonly alert_type: string;
  readonly severity: string;
  readonly message: string;
  readonly timestamp: string;
  readonly metadata: {
    readonly user_id: string;
    readonly cart_id: string;
    readonly recovered_after_seconds?: number;
  };
}

interface SessionRow {
  readonly journey_id: string;
  readonly start_time: Date;
  readonly end_time: Date;
  readonly events: number;
  readonly user_id: string | null;
  readonly session_id: string | null;
}

interface MinuteRow {
  readonly journey_id: string;
  readonly user_id: string | null;
  readonly window_end_time: Date;
  readonly pageviews: number;
  readonly clicks: number;
  readonly scrolls: number;
  readonly form_submits: number;
  readonly video_plays: number;
  readonly pages_visited: readonly string[];
  readonly bot: boolean;
  readonly published: boolean;
}

let deployment: Deployment;
let liveAt: number;

const user = (name: string): string => deployment.pseudonyms.ofUser(rawUser(name));
const session = (name: string): string => deployment.pseudonyms.ofSession(rawSession(name));
const journey = (name: string): string => (visitors.has(name) ? session(name) : user(name));
const rowsOf = async <Row extends object = Record<string, unknown>>(sql: string): Promise<Row[]> =>
  (await deployment.database.query<Row>(sql)).rows;
const countOf = async (table: string): Promise<number> =>
  (await deployment.database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)).rows[0]?.n ?? 0;
/** Seconds after `base`, as the script and its outcome count. */
const secondsOf = (time: Date | null): number | null => (time === null ? null : (Number(time) - base) / 1000);
/** Rows of the database as the outcome writes them: names for pseudonyms, seconds for times. */
const readable = (rows: readonly Record<string, unknown>[]): unknown[][] =>
  rows.map((row) =>
    Object.values(row).map((value) =>
      value instanceof Date ? secondsOf(value) : (nameOf.get(value as string) ?? value),
    ),
  );
const sorted = (rows: readonly (readonly unknown[])[]): string[] =>
  rows.map((row) => JSON.stringify(row)).sort();

const names = outcome.journeys.map(([name]) => name as string);
const nameOf = new Map<string, string>();
const expected = () => ({ live: (liveAt - base) / 1000 });

beforeAll(async () => {
  deployment = await deploy({
    SESSION_GAP: '30s',
    CART_ABANDON_AFTER: '6s',
    CHECKOUT_ABANDON_AFTER: '3s',
    LATE_GRACE: '1m',
    ALERT_COOLDOWN: '1h',
    ROLL_UP_EVERY: '1s',
    LOG_LEVEL: 'debug',
    // Several workers and threads in the process.
    MAX_CACHED_JOURNEYS: '4000',
  });
  for (const name of names) nameOf.set(journey(name), name);
  await deployment.migrate();
  const [bridge, worker] = [deployment.start('bridge'), deployment.start('worker')];
  await Promise.all([bridge.ready, worker.ready]);
  const producer = await openProducer(brokers, deployment.topics.rawEvents.name);
  const bad = badInputs.map(({ name, value }) => ({ key: `bad-${name}`, value }));
  const good = firstEvents.map((event) => toMessage(event, base));
  // Bad and good in turn, so that each bad one has good ones behind it in its partition.
  await producer.send([...bad.slice(0, 12), ...good, ...bad.slice(12, -1), ...oddMessages(base)]);
  await producer.send(bad.slice(-1));
  await waitUntil(
    'the late user’s first event is in the journey',
    () => askJourney(deployment.temporal, user('late')),
    Boolean,
  );
  await waitUntil(
    'the first version of a repeated event is in its journey',
    () => askJourney(deployment.temporal, user('twice')),
    Boolean,
  );
  await producer.send(laterEvents.map((event) => toMessage(event, base)));
  liveAt = Date.now();
  const live: WrittenEvent = {
    id: 'live-1',
    who: 'live',
    after: (liveAt - base) / 1000,
    action: 'add_to_cart',
    items: [['p9', 1, 99]],
  };
  await producer.send([toMessage(live, base)]);
  await producer.close();

  await waitUntil(
    'every event is recorded',
    () => countOf('events'),
    (count) => count === firstEvents.length + 6,
  );
  await waitUntil(
    'every cart has ended',
    () => countOf(`carts WHERE status <> 'open'`),
    (count) => count === 8,
  );
  await waitUntil(
    'every alert is on its topic',
    () => readTopic(brokers, deployment.topics.alerts.name),
    ({ length }) => length >= 6,
    { everyMs: 500 },
  );
  await waitUntil(
    'the late event is in its journey',
    () => askJourney(deployment.temporal, user('late')),
    (view) => view?.counts.events === 2,
  );
  await waitUntil(
    'every session is rolled up',
    () => countOf('user_sessions WHERE events > 0'),
    (count) => count >= names.length + 3,
  );
});

afterAll(() => deployment.close());

test('every usable event is one row, with what it says', async () => {
  const scripted = [...firstEvents, ...laterEvents.filter(({ id }) => id !== 'twice-1')];
  const expected = scripted.map(({ id, who, after, action, page }) => ({
    event_id: id,
    timestamp: at(after),
    journey_id: journey(who),
    user_id: visitors.has(who) ? null : user(who),
    session_id: session(who),
    action,
    page: page ?? null,
    device_type: 'mobile',
    referrer: 'https://search.example/find?utm_source=letter',
  }));
  const odd = ['bare-1', 'future-1', 'past-1', 'traps-1', 'live-1'];
  const rows = await rowsOf(
    `SELECT event_id, "timestamp", journey_id, user_id, session_id, action, page, device_type, referrer
     FROM events WHERE event_id <> ALL ('{${odd.join(',')}}') ORDER BY event_id COLLATE "C"`,
  );
  expect(rows).toEqual(expected.sort((one, other) => (one.event_id < other.event_id ? -1 : 1)));
  expect(await countOf('events')).toBe(expected.length + odd.length);

  const [bare, future, live, past, traps] = await rowsOf(
    `SELECT event_id, "timestamp", time_clamped, user_id, session_id, action, page, items, value, properties
     FROM events WHERE event_id = ANY ('{${odd.join(',')}}') ORDER BY event_id COLLATE "C"`,
  );
  expect(bare).toMatchObject({
    action: 'purchase',
    timestamp: at(0),
    session_id: null,
    value: 15.5,
    items: [{ product_id: 'p6', quantity: 1, price: 15.5 }],
  });
  expect(future).toMatchObject({ time_clamped: true });
  const clampedTo = Number((future as { timestamp: Date }).timestamp);
  expect(Math.abs(clampedTo - liveAt)).toBeLessThan(minute);
  expect(live).toMatchObject({ timestamp: new Date(liveAt), time_clamped: false });
  expect(past).toMatchObject({ timestamp: new Date(10_000), time_clamped: false });
  expect(traps).toMatchObject({
    action: 'pageview',
    page: '/account/:masked/orders',
    properties: { plan: 'gold', nested: { kept: 1, note: 'mail :masked now' } },
  });
  expect(Object.keys((traps as { properties: object }).properties).sort()).toEqual(['nested', 'plan']);
});

test('page views are a view of the record, and a message each', async () => {
  const rows = await rowsOf('SELECT * FROM pageviews ORDER BY event_id COLLATE "C"');
  const events = await rowsOf(
    `SELECT event_id, "timestamp", user_id, session_id, page, device_type, load_time, bot FROM events
     WHERE action = 'pageview' ORDER BY event_id COLLATE "C"`,
  );
  expect(rows).toEqual(events);
  const messages = await readTopic(brokers, deployment.topics.pageViews.name);
  const said = new Map(
    messages.map(({ key, value }) => {
      const content = JSON.parse(value ?? '') as { event_id: string; timestamp: string };
      return [content.event_id, { key, ...content, timestamp: new Date(content.timestamp) }];
    }),
  );
  const expected = (rows as { event_id: string; user_id: string | null; session_id: string }[]).map((row) => [
    row.event_id,
    { key: row.user_id ?? row.session_id, ...row },
  ]);
  expect([...said].sort(([one], [other]) => (one < other ? -1 : 1))).toEqual(expected);
});

test('carts, funnel steps and purchases are what the journeys went through', async () => {
  const carts = await rowsOf(
    'SELECT journey_id, cart_id, status, stage, opened_at, closed_at, value FROM carts',
  );
  expect(sorted(readable(carts))).toEqual(sorted(outcome.carts(expected())));
  const steps = await rowsOf(
    'SELECT journey_id, event_id, step, reached_at, session_started_at FROM funnel_steps',
  );
  expect(sorted(readable(steps))).toEqual(sorted(outcome.steps(expected())));
  const purchases = await rowsOf(
    'SELECT journey_id, purchase_id, purchased_at, order_id, cart_id, value, currency FROM purchases',
  );
  expect(sorted(readable(purchases))).toEqual(sorted(outcome.purchases));
});

test('each abandoned cart is recorded, with its recovery and with what the cool-down held back', async () => {
  const abandonments = await rowsOf(
    `SELECT journey_id, cart_id, kind, abandoned_at, value, CASE WHEN suppressed THEN 'held back' ELSE 'said' END AS said,
       recovered_at, recovered_value
     FROM abandonments`,
  );
  expect(sorted(readable(abandonments))).toEqual(sorted(outcome.abandonments(expected())));
});

test('each alert is said once on its topic, as the table has it, and not before its deadline', async () => {
  const topic = await readTopic(brokers, deployment.topics.alerts.name);
  const said = topic.map(({ value }) => JSON.parse(value ?? '') as Alert);
  const facts = said.map(({ alert_type: type, severity, timestamp, metadata }) => [
    nameOf.get(metadata.user_id),
    type,
    severity,
    metadata.cart_id,
    secondsOf(new Date(timestamp)),
    metadata.recovered_after_seconds ?? null,
  ]);
  expect(sorted(facts)).toEqual(sorted(outcome.alerts(expected())));
  expect(topic.map(({ key }) => key)).toEqual(said.map(({ alert_type: type }) => type));
  const { rows } = await deployment.database.query<Alert & { timestamp: Date }>(
    `SELECT alert_id, alert_type, severity, message, "timestamp", metadata FROM alerts WHERE NOT resolved
     ORDER BY alert_id COLLATE "C"`,
  );
  expect(said.toSorted((one, other) => (one.alert_id < other.alert_id ? -1 : 1))).toEqual(
    rows.map((row) => ({ ...row, timestamp: row.timestamp.toISOString() })),
  );
  const live = topic.find(({ value }) => value?.includes('live-1'));
  const delayMs = (live?.appendedAt ?? 0) - (liveAt + 6000);
  expect(delayMs, 'from the deadline to the alert on its topic').toBeGreaterThanOrEqual(0);
  expect(delayMs, 'from the deadline to the alert on its topic').toBeLessThan(10_000);
});

test('sessions are those of the events', async () => {
  const rows = await rowsOf<SessionRow>(
    'SELECT journey_id, start_time, end_time, events, user_id, session_id FROM user_sessions',
  );
  const scripted = readable(
    rows.map(({ journey_id, start_time, end_time, events }) => ({
      journey_id,
      start_time,
      end_time,
      events,
    })),
  ).filter(([name]) => !['live', 'future', 'past'].includes(name as string));
  expect(sorted(scripted)).toEqual(sorted(outcome.sessions));
  expect(rows).toHaveLength(outcome.sessions.length + 3);
  for (const { journey_id: id, user_id: userId, session_id: sessionId } of rows) {
    const name = nameOf.get(id) ?? '';
    expect(userId, name).toBe(visitors.has(name) ? null : user(name));
    expect(sessionId, name).toBe(withoutSession.has(name) ? null : session(name));
  }
});

test('minutes are those of the events, and each is told once it is over', async () => {
  // What is not over yet (the clamped event, the live one) is not told.
  const over = await waitUntil(
    'every finished minute is told',
    () =>
      rowsOf<MinuteRow>(`SELECT * FROM user_activity WHERE window_end_time <= '${at(180).toISOString()}'`),
    (rows) => rows.every(({ published }) => published),
  );
  const messages = await readJsonTopic<{ window_end_time: string; type?: string }>(
    brokers,
    deployment.topics.userActivity.name,
  );
  // Changes of segment go to the same topic.
  const told = messages.filter(
    ({ window_end_time: end, type }) => type === undefined && Date.parse(end) <= Number(at(180)),
  );
  // A minute that was told before its last event was recorded is told again: the last word counts.
  const lastWord = new Map(
    told.map((message) => [JSON.stringify({ ...message, activity: undefined }), JSON.stringify(message)]),
  );
  const facts = over.map(({ user_id, journey_id, window_end_time, pages_visited: pages, ...row }) => {
    const { pageviews, clicks, scrolls, form_submits, video_plays, bot } = row;
    const activity = { pageviews, clicks, scrolls, form_submits, video_plays, pages };
    return JSON.stringify({ user_id, journey_id, window_end_time, activity, bot });
  });
  expect([...lastWord.values()].sort()).toEqual(facts.sort());
  const ofVisitor = over.find(({ journey_id: id }) => id === journey('visitor'));
  expect(ofVisitor).toMatchObject({
    ...{ user_id: null, window_end_time: at(60), pageviews: 2, clicks: 1, scrolls: 1, form_submits: 1 },
    ...{ video_plays: 1, pages_visited: ['/category/shoes', '/home'] },
  });
  // One a user and minute: three of them came back in a later one, and one has an event of 1970.
  expect(over).toHaveLength(names.length - 2 + 2);
});

test('each journey tells what its events say', async () => {
  const { temporal, settings } = deployment;
  expect(await listJourneys(temporal, settings.TEMPORAL_TASK_QUEUE)).toEqual(
    names.map((name) => journeyWorkflowId(journey(name))).sort(),
  );
  const facts = await Promise.all(
    names.map(async (name) => {
      const view = await askJourney(temporal, journey(name));
      if (!view) return [name, 'there is none'];
      const { kind, funnelStep, counts, sessions, cart, purchases, purchasedValue, abandonments } = view;
      const { events, duplicates, late } = counts;
      const carts = cart ? 1 : 0;
      return [
        name,
        kind,
        funnelStep,
        events,
        duplicates,
        late,
        sessions,
        carts,
        purchases,
        purchasedValue,
        abandonments,
      ];
    }),
  );
  expect(facts).toEqual(outcome.journeys);
});

test('what cannot be used is a dead letter with its place and reason, and the stream goes on', async () => {
  const { rawEvents, deadLetters } = deployment.topics;
  const raw = await readTopic(brokers, rawEvents.name);
  const letters = await readJsonTopic<Record<string, unknown>>(brokers, deadLetters.name);
  expect(letters).toHaveLength(badInputs.length);
  for (const { name, value, reason, eventId } of badInputs) {
    const place = raw.find(({ key }) => key === `bad-${name}`);
    const letter = letters.find(
      ({ partition, offset }) => partition === place?.partition && offset === place?.offset,
    );
    expect(letter, name).toMatchObject({
      topic: rawEvents.name,
      event_id: eventId ?? null,
      bytes: value === null ? 0 : Buffer.byteLength(value),
      reason: expect.stringMatching(reason) as unknown,
    });
  }
});

test('no raw id, address or mail address is anywhere behind the bridge', async () => {
  const { topics } = deployment;
  // The search itself works: the raw events are full of them.
  const [raw] = await searchTopics(brokers, [topics.rawEvents.name]);
  expect(raw?.traces).toBeGreaterThan(30);

  const behind = [topics.pageViews, topics.userActivity, topics.alerts, topics.deadLetters];
  const tables = await searchTables(deployment);
  const filled = [
    ...(await searchTopics(
      brokers,
      behind.map(({ name }) => name),
    )),
    ...(await searchJourneys(deployment)),
    ...searchLogs(deployment),
  ];
  expect(tables.length).toBeGreaterThan(10);
  expect(filled.length).toBe(behind.length + names.length + 3);
  expect(filled.filter(({ entries }) => entries < 2)).toEqual([]);
  expect([...tables, ...filled].filter(({ traces }) => traces > 0)).toEqual([]);
});

test('no workflow task of a journey ever failed', async () => {
  const { temporal } = deployment;
  const histories = await Promise.all(
    names.map((name) => temporal.workflow.getHandle(journeyWorkflowId(journey(name))).fetchHistory()),
  );
  const events = histories.flatMap((history) => history.events ?? []);
  expect(events.length).toBeGreaterThan(names.length * 5);
  expect(events.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
});

test('the processes went through all of it without an error', async () => {
  const errors = deployment.processes.flatMap(({ log }) => log.filter(({ level }) => level >= errorLevel));
  expect(errors).toEqual([]);
  const [, ...running] = deployment.processes;
  expect(await Promise.all(running.map((started) => started.stop()))).toEqual(['exit code 0', 'exit code 0']);
});
