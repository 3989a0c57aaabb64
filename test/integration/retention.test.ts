// Storage looks after itself: a run of retention makes days ahead and lets go exactly what is older than RETENTION_DAYS, in
// every table that keeps for a time and in bounded steps; the bound is known before anything is gone; running again does
// nothing more; and topics keep no longer than their tables.
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createForgetUnusedKeys } from '../../activities/encryption/forget-unused-keys.ts';
import { recordEvents } from '../../activities/record-events.ts';
import { createRetention } from '../../activities/retention.ts';
import { createTopics } from '../../connections/create-topics.ts';
import { migrate } from '../../connections/migrate.ts';
import { writeRetentionDays } from '../../connections/retention-days.ts';
import { inStepWithTables } from '../../events/topics.ts';
import { readSettings } from '../../settings/settings.ts';
import { usualRetentionDays, type RetainedTable, type RetentionDays } from '../../settings/retention-days.ts';
import type { retention, RetentionReport } from '../../workflows/retention.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { shopEvent } from '../support/shop-event.ts';
import { waitUntil } from '../support/wait-until.ts';

const day = 24 * 60 * 60 * 1000;
const today = Math.floor(Date.now() / day) * day;
const nameOfDay = (time: number) => `events_${new Date(time).toISOString().slice(0, 10).replaceAll('-', '')}`;

let deployment: Deployment;

beforeAll(async () => {
  // Nothing runs that a test does not start.
  deployment = await deploy({ RETENTION_DAYS: 'events=30', RETENTION_EVERY: '365d', ROLL_UP_EVERY: '365d' });
  await deployment.migrate();
});

afterAll(() => deployment.close());

async function eventIds(): Promise<string[]> {
  const { rows } = await deployment.database.query<{ id: string }>(
    'SELECT event_id AS id FROM events ORDER BY event_id COLLATE "C"',
  );
  return rows.map(({ id }) => id);
}

async function days(): Promise<string[]> {
  const { rows } = await deployment.database.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits
     WHERE inhparent = 'events'::regclass AND inhrelid <> 'events_default'::regclass ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

const retentionOf = (days: RetentionDays) =>
  createRetention(
    deployment.database,
    days,
    createForgetUnusedKeys(deployment.database, deployment.temporal.workflow),
  );

/** The steps of a worker, after a migration with the same days. */
async function retentionFor(setting: string) {
  const { RETENTION_DAYS: days } = readSettings({ RETENTION_DAYS: setting });
  await writeRetentionDays(deployment.owner, days);
  return retentionOf(days);
}

async function keptSince(table: string): Promise<number> {
  const { rows } = await deployment.database.query<{ at: Date | number }>(
    'SELECT kept_since AS at FROM retention WHERE table_name = $1',
    [table],
  );
  return Number(rows[0]?.at);
}

test('the tables that keep for a time are those that can be set, with the same usual days, each by a column it has', async () => {
  const { rows } = await deployment.database.query<{ name: string; told: boolean | null }>(
    `SELECT table_name AS name, atttypid IN ('timestamptz'::regtype, 'date'::regtype) AS told
     FROM retention LEFT JOIN pg_attribute ON attrelid = to_regclass(table_name) AND attname = time_column
     ORDER BY table_name`,
  );
  expect(rows).toEqual(
    Object.keys(usualRetentionDays)
      .sort()
      .map((name) => ({ name, told: true })),
  );
  const set = await deployment.database.query<{ days: Record<string, number> }>(
    'SELECT json_object_agg(table_name, days) AS days FROM retention',
  );
  expect(set.rows[0]?.days).toEqual({ ...usualRetentionDays, events: 30 });
});

/** A row of every table, made at a time; `$1` is the time and `$2` tells rows apart. */
const oneRowEach: Readonly<Record<string, string>> = {
  user_activity: `INSERT INTO user_activity VALUES ($2, $1, NULL, 1, 0, 0, 0, 0, '{}')`,
  user_sessions: `INSERT INTO user_sessions (journey_id, start_time, end_time, run_start_time, events, pageviews)
    VALUES ($2, $1, $1, $1, 1, 1)`,
  funnel_steps: `INSERT INTO funnel_steps VALUES ($2, $2, 'cart', $1, $1)`,
  carts: `INSERT INTO carts VALUES ($2, $2, 1, 'open', 'cart', $1, now(), NULL, '[]', 5, 'EUR')`,
  purchases: `INSERT INTO purchases VALUES ($2, $2, 1, $1, NULL, NULL, 5, 'EUR', '[]')`,
  abandonments: `INSERT INTO abandonments VALUES ($2, $2, 'cart', $1, 5, 'EUR', '[]', false)`,
  journey_segments: `INSERT INTO journey_segments VALUES ($2, $1, 'returning', 's', 'new', 'b', 'browse', 1, 'EUR', 1, 1, 1, 1)`,
  identities: `INSERT INTO identities (session_id, user_id, known_since) VALUES ($2, 'u1_a', $1)`,
  alerts: `INSERT INTO alerts (alert_id, alert_type, severity, message, "timestamp") VALUES ($2, 't', 'info', 'm', $1)`,
  orders: `INSERT INTO orders (journey_id, order_key, event_id, purchased_at, bot) VALUES ($2, $2, $2, $1, false)`,
  hourly_funnel: `INSERT INTO hourly_funnel VALUES ($1, 'mobile', $2, '', false, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0)`,
  hourly_pages: `INSERT INTO hourly_pages (hour, page, bot) VALUES ($1, $2, false)`,
  hourly_products: `INSERT INTO hourly_products (hour, product_id, currency, bot) VALUES ($1, $2, '', false)`,
  daily_load_times: `INSERT INTO daily_load_times VALUES ($1::timestamptz::date, $2, false, 1, 1)`,
  rule_evaluations: `INSERT INTO rule_evaluations VALUES ($2, $1)`,
  rule_gaps: `INSERT INTO rule_gaps VALUES ($2, $1, $1, 1, 'r')`,
  replayed_dead_letters: `INSERT INTO replayed_dead_letters VALUES ($2, 0, 1, $1, '{}', false, $1, $1)`,
  journey_keys: `INSERT INTO journey_keys VALUES (gen_random_uuid(), $2, 'm', '', $1, $1)`,
  system_metrics: `INSERT INTO system_metrics (metric_name, metric_value, "timestamp") VALUES ($2, 1, $1)`,
};

test('a run on its schedule lets go what is older to the day, keeps the rest, and makes days ahead; another does nothing', async () => {
  const { database, owner, temporal, settings } = deployment;
  const worker = deployment.start('worker');
  try {
    // A day of a time when more days were kept.
    await (await retentionFor('events=60')).prepareRetention();
    await recordEvents(database, [shopEvent({ eventId: 'dropped', time: today - 40 * day })]);
    await writeRetentionDays(owner, settings.RETENTION_DAYS);
    const times = [-45, -31, -30, -29, 0].map((n) => today + n * day + 5_000);
    const events = times.map((time, n) => shopEvent({ eventId: `kept-${n}`, time, timeClamped: n < 2 }));
    await recordEvents(database, events);
    for (const [table, insert] of Object.entries(oneRowEach)) {
      const bound = today - usualRetentionDays[table as RetainedTable] * day;
      await database.query(insert, [new Date(bound - 1), 'older']);
      await database.query(insert, [new Date(bound), 'newer']);
    }
    await owner.query(`DROP TABLE ${nameOfDay(today + 2 * day)}`);
    expect(Object.keys({ events: '', ...oneRowEach }).sort()).toEqual(Object.keys(usualRetentionDays).sort());

    await worker.ready;
    const id = `retention/${settings.TEMPORAL_TASK_QUEUE}`;
    const run = async (): Promise<RetentionReport> => {
      const before = await temporal.schedule.getHandle(id).describe();
      await temporal.schedule.getHandle(id).trigger();
      const { info } = await waitUntil(
        'the schedule has started a run',
        () => temporal.schedule.getHandle(id).describe(),
        (now) => now.info.numActionsTaken > before.info.numActionsTaken,
      );
      const action = info.recentActions.at(-1)?.action;
      if (!action) throw new Error('the schedule says nothing of its last run');
      const { workflowId, firstExecutionRunId } = action.workflow;
      return temporal.workflow.getHandle<typeof retention>(workflowId, firstExecutionRunId).result();
    };
    const deleted = Object.fromEntries(Object.keys(oneRowEach).map((table) => [table, 1]));
    // Of the record: two events in the default partition, as their days were not made any more, and their clamped ids.
    expect(await run()).toEqual({ daysMade: 1, daysDropped: 1, deleted: { ...deleted, events: 4 } });
    expect(await eventIds()).toEqual(['kept-2', 'kept-3', 'kept-4']);
    expect(await days()).not.toContain(nameOfDay(today - 40 * day));
    expect(await days()).toEqual([-30, -29, 0, 1, 2, 3].map((n) => nameOfDay(today + n * day)));
    expect(await keptSince('events')).toBe(today - 30 * day);
    for (const table of Object.keys(oneRowEach)) {
      const { rows } = await database.query<object>(`SELECT * FROM ${table}`);
      // The worker writes readings of its own.
      const written = rows
        .map((row): unknown[] => Object.values(row))
        .filter((values) => values.includes('older') || values.includes('newer'));
      expect(written, table).toEqual([expect.arrayContaining(['newer'])]);
    }
    expect(await run()).toEqual({ daysMade: 0, daysDropped: 0, deleted: {} });
    expect(await eventIds()).toEqual(['kept-2', 'kept-3', 'kept-4']);
  } finally {
    await worker.stop();
  }
});

test('what is kept never reaches back: with more days again, the bound stays until they are full', async () => {
  await (await retentionFor('events=20')).prepareRetention();
  expect(await keptSince('events')).toBe(today - 20 * day);
  await (await retentionFor('events=60')).prepareRetention();
  expect(await keptSince('events')).toBe(today - 20 * day);
  // A late event of the longer time has a day all the same.
  await recordEvents(deployment.database, [shopEvent({ eventId: 'late', time: today - 55 * day })]);
  expect(await days()).toContain(nameOfDay(today - 55 * day));
});

test('a worker that was given other days keeps what the migration has set, and says of which tables', async () => {
  await (await retentionFor('events=60')).prepareRetention();
  const bound = await keptSince('events');
  const { RETENTION_DAYS: others } = readSettings({ RETENTION_DAYS: 'events=1,alerts=7' });
  const prepared = await retentionOf(others).prepareRetention();
  expect(prepared).toMatchObject({ keptForOtherDays: ['alerts', 'events'] });
  expect(await keptSince('events')).toBe(bound);
  const again = await (await retentionFor('')).prepareRetention();
  expect(again).toMatchObject({ keptForOtherDays: [] });
});

test('an event in the default partition gets its day once that day is kept', async () => {
  const { database } = deployment;
  await (await retentionFor('events=60')).prepareRetention();
  const time = today - 70 * day;
  await recordEvents(database, [shopEvent({ eventId: 'waits', time })]);
  const partition = async () =>
    (
      await database.query<{ name: string }>(
        `SELECT tableoid::regclass::text AS name FROM events WHERE event_id = 'waits'`,
      )
    ).rows;
  expect(await partition()).toEqual([{ name: 'events_default' }]);
  expect(await (await retentionFor('events=80')).prepareRetention()).toMatchObject({ daysMade: 1 });
  expect(await partition()).toEqual([{ name: nameOfDay(time) }]);
});

test('a day is not dropped while somebody reads it, nobody waits for that for long, and it is dropped afterwards', async () => {
  const { database } = deployment;
  const activities = await retentionFor('events=10');
  await recordEvents(database, [shopEvent({ eventId: 'read', time: today - 15 * day })]);
  await activities.prepareRetention();
  const reader = await database.connect();
  try {
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM events');
    await expect(activities.dropExpiredDay()).rejects.toMatchObject({ code: '55P03' });
    expect(await eventIds()).toContain('read');
    await reader.query('COMMIT');
  } finally {
    reader.release(true);
  }
  while (await activities.dropExpiredDay());
  expect((await days())[0]).toBe(nameOfDay(today));
});

test('rows are deleted a few at a time, and rows that somebody works with are left for the next time', async () => {
  const { database } = deployment;
  await database.query(
    `INSERT INTO system_metrics SELECT 'm' || n, n, now() - interval '1 year' FROM generate_series(1, 12000) AS n`,
  );
  const activities = await retentionFor('');
  await activities.prepareRetention();
  const { rows } = await database.query<{ count: number }>(
    `SELECT delete_expired('system_metrics', 1000) AS count`,
  );
  expect(rows).toEqual([{ count: 1000 }]);
  const other = await deployment.owner.connect();
  try {
    await other.query('BEGIN');
    await other.query(`SELECT FROM system_metrics WHERE metric_name = 'm11999' FOR UPDATE`);
    expect(await activities.deleteExpired('system_metrics')).toEqual({ deleted: 10_999, isDone: true });
    await other.query('COMMIT');
  } finally {
    other.release(true);
  }
  expect(await activities.deleteExpired('system_metrics')).toEqual({ deleted: 1, isDone: true });
});

test('who a session belongs to is not forgotten while there are events of its visitor', async () => {
  const { database } = deployment;
  const insert = oneRowEach['identities'] ?? '';
  await database.query(insert, [new Date(today - 500 * day), 's1_visits']);
  await database.query(insert, [new Date(today - 500 * day), 's1_gone']);
  await recordEvents(database, [
    shopEvent({
      eventId: 'visit',
      time: today,
      journeyId: 's1_visits',
      sessionId: 's1_visits',
      userId: null,
    }),
  ]);
  expect(await (await retentionFor('')).deleteExpired('identities')).toEqual({ deleted: 1, isDone: true });
  const { rows } = await database.query(`SELECT session_id FROM identities WHERE session_id LIKE 's1\\_%'`);
  expect(rows).toEqual([{ session_id: 's1_visits' }]);
});

test('a letter that was brought back is not forgotten while it may lie on its topic, nor one whose replay was broken off', async () => {
  const { database } = deployment;
  const insert = `INSERT INTO replayed_dead_letters VALUES ('t', 0, $1, $2, '{}', false, $2, $3)`;
  const at = (days: number) => new Date(today - days * day);
  await database.query(insert, [1, at(500), at(500)]);
  await database.query(insert, [2, at(500), null]);
  await database.query(insert, [3, at(250), at(250)]);
  const offsets = async () => {
    const { rows } = await database.query<{ offset: number }>(
      `SELECT "offset" FROM replayed_dead_letters WHERE topic = 't' ORDER BY 1`,
    );
    return rows.map(({ offset }) => offset);
  };
  const { rows } = await database.query<{ at: Date }>(
    `SELECT kept_since AS at FROM retention WHERE table_name = 'events'`,
  );
  const retain = async (setting: string) => {
    const activities = await retentionFor(setting);
    await activities.prepareRetention();
    await activities.deleteExpired('replayed_dead_letters');
    return offsets();
  };
  // Events, and with them dead letters, are kept for longer than these rows are to be: then the rows stay as long.
  await deployment.owner.query(`UPDATE retention SET kept_since = '-infinity' WHERE table_name = 'events'`);
  expect(await retain('events=300,replayed_dead_letters=30')).toEqual([2, 3]);
  expect(await retain('events=90,replayed_dead_letters=30')).toEqual([2]);
  await deployment.owner.query(`UPDATE retention SET kept_since = $1 WHERE table_name = 'events'`, [
    rows[0]?.at,
  ]);
});

test('topics keep no longer than the table of their content; what else an operator has set on them stays', async () => {
  const { kafka, topics, log } = deployment;
  const retentions = () =>
    kafka.withAdmin(async (admin) => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: Object.values(topics).map(({ name }) => ({
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name,
        })),
      });
      return Object.fromEntries(
        resources.map(({ resourceName, configEntries }) => {
          const value = (wanted: string) =>
            Number(configEntries.find(({ configName }) => configName === wanted)?.configValue);
          return [resourceName, [value('retention.ms') / day, value('max.message.bytes')]];
        }),
      );
    });
  const usualBytes = 1_048_588;
  const usual = {
    [topics.rawEvents.name]: [7, usualBytes],
    [topics.pageViews.name]: [7, usualBytes],
    [topics.userActivity.name]: [30, usualBytes],
    [topics.alerts.name]: [90, usualBytes],
    [topics.deadLetters.name]: [30, usualBytes],
  };
  expect(await retentions()).toEqual(usual);

  // An operator's own choice: longer than usual and within what the table keeps, or for ever.
  await kafka.withAdmin((admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        [topics.rawEvents.name, String(20 * day)] as const,
        [topics.pageViews.name, '-1'] as const,
        [topics.alerts.name, String(2 * day)] as const,
      ].map(([name, value]) => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name,
        configEntries: [
          { name: 'retention.ms', value },
          { name: 'max.message.bytes', value: '2000000' },
        ],
      })),
    }),
  );
  const bring = async (setting: string) => {
    const { RETENTION_DAYS } = readSettings({ RETENTION_DAYS: setting });
    await createTopics(kafka, inStepWithTables(topics, RETENTION_DAYS), 1, log);
    return retentions();
  };
  expect(await bring('events=30')).toEqual({
    ...usual,
    [topics.rawEvents.name]: [20, 2_000_000],
    [topics.pageViews.name]: [30, 2_000_000],
    [topics.alerts.name]: [2, 2_000_000],
  });
  expect(await bring('events=5,user_activity=3')).toEqual({
    [topics.rawEvents.name]: [5, 2_000_000],
    [topics.pageViews.name]: [5, 2_000_000],
    [topics.userActivity.name]: [3, usualBytes],
    [topics.alerts.name]: [2, 2_000_000],
    [topics.deadLetters.name]: [5, usualBytes],
  });
});

test('migrating again with other days sets them', async () => {
  const { environment, log } = deployment;
  await migrate(readSettings({ ...environment, RETENTION_DAYS: 'alerts=7' }), log);
  const { rows } = await deployment.database.query(
    `SELECT table_name, days FROM retention WHERE table_name IN ('alerts', 'events') ORDER BY 1`,
  );
  expect(rows).toEqual([
    { table_name: 'alerts', days: 7 },
    { table_name: 'events', days: 90 },
  ]);
});
