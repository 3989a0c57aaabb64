// The schema in the repository is what the migrations build, and nothing that differs goes unseen; a database of an earlier
// release comes to the newest with every row it had, events on their days.
import { readFile } from 'node:fs/promises';

import Postgrator from 'postgrator';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { schemaFile } from '../../cli/schema.ts';
import { describeSchema } from '../../connections/describe-schema.ts';
import { createLog } from '../../connections/log.ts';
import { migrate } from '../../connections/migrate.ts';
import { connectPostgres, inTransaction, type Database } from '../../connections/postgres.ts';
import { migrationsDirectory } from '../../connections/sql-file.ts';
import { readSettings, type Settings } from '../../settings/settings.ts';
import { createTestDatabase, dropTestDatabase } from '../support/test-database.ts';

const server = inject('postgres');
const log = createLog('test', 'silent');

interface Own {
  readonly name: string;
  readonly settings: Settings;
  readonly database: Database;
}

async function makeDatabase(): Promise<Own> {
  const { name } = await createTestDatabase(server);
  const settings = readSettings({
    DB_HOST: server.host,
    DB_PORT: String(server.port),
    DB_NAME: name,
    DB_USER: server.user,
    DB_PASSWORD: server.password,
  });
  return { name, settings, database: connectPostgres(settings, log, 'aisle-test') };
}

async function takeAway({ name, database }: Own): Promise<void> {
  await database.end();
  await dropTestDatabase(server, name);
}

let fresh: Own;

beforeAll(async () => {
  fresh = await makeDatabase();
  await migrate(fresh.settings, log);
});

afterAll(() => takeAway(fresh));

const describe = () => inTransaction(fresh.database, describeSchema);

test('sql/schema.sql is what the migrations build: after a new migration run `npm run schema`', async () => {
  expect(await describe()).toBe(await readFile(schemaFile, 'utf8'));
});

test('migrating again, and days that come and go, change nothing in it', async () => {
  const before = await describe();
  await fresh.database.query(`SELECT ensure_event_days(current_date - 40, current_date - 30)`);
  await migrate(fresh.settings, log);
  expect(await describe()).toBe(before);
});

test.for([
  ['a column', 'ALTER TABLE carts ADD COLUMN note text'],
  ['the type of a column', 'ALTER TABLE roll_up_marks ALTER COLUMN name TYPE varchar'],
  ['a default', `ALTER TABLE alerts ALTER COLUMN metadata SET DEFAULT '[]'`],
  ['what must not be null', 'ALTER TABLE carts ALTER COLUMN items DROP NOT NULL'],
  ['a key', 'ALTER TABLE events_default DROP CONSTRAINT events_default_pkey'],
  ['a check', 'ALTER TABLE carts DROP CONSTRAINT carts_stage_check'],
  ['a table', 'CREATE TABLE something (else_is text)'],
  ['an index', 'DROP INDEX events_journey'],
  [
    'what an index covers',
    'DROP INDEX alerts_timestamp; CREATE INDEX alerts_timestamp ON alerts (created_at)',
  ],
  ['a view', 'DROP VIEW pageviews CASCADE; CREATE VIEW pageviews AS SELECT event_id FROM events'],
  [
    'a function',
    'CREATE OR REPLACE FUNCTION events_kept_since() RETURNS timestamptz LANGUAGE sql RETURN now()',
  ],
  ['with whose rights a function runs', 'ALTER FUNCTION delete_expired SECURITY INVOKER'],
  [
    'a trigger',
    `CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
     CREATE TRIGGER t BEFORE INSERT ON carts FOR EACH ROW EXECUTE FUNCTION t()`,
  ],
  ['a trigger that is switched off', 'ALTER TABLE audit_log DISABLE TRIGGER ALL'],
  ['a sequence', 'CREATE SEQUENCE numbers'],
  ['a type', `CREATE TYPE colour AS ENUM ('red')`],
  ['row security', 'ALTER TABLE carts ENABLE ROW LEVEL SECURITY'],
  ['a policy', 'CREATE POLICY mine ON carts USING (true)'],
  ['a comment', `COMMENT ON TABLE carts IS 'carts'`],
  ['a grant on a table', 'GRANT SELECT ON carts TO PUBLIC'],
  ['a grant on a column', 'GRANT SELECT (value) ON carts TO PUBLIC'],
  ['a right on a function', 'GRANT EXECUTE ON FUNCTION events_kept_since TO PUBLIC'],
  ['an owner', 'ALTER TABLE carts OWNER TO pg_database_owner'],
  ['storage parameters', 'ALTER TABLE carts SET (fillfactor = 70)'],
] as const)('a difference is seen: %s', async ([, change]) => {
  const before = await describe();
  const undone = new Error('undone');
  const changed = inTransaction(fresh.database, async (session) => {
    await session.query(change);
    expect(await describeSchema(session)).not.toBe(before);
    throw undone;
  });
  await expect(changed).rejects.toBe(undone);
  expect(await describe()).toBe(before);
});

test('a database of migration 009 keeps every row, each event on its day, and reads as a new one does', async () => {
  const old = await makeDatabase();
  try {
    await migrateTo(old, '009');
    await old.database.query(rowsOfBefore);
    const tables = await columnsOf(old.database);
    // How far the roll-ups of a release have read is no concern of the next, which begins with a rebuild.
    tables.delete('roll_up_marks');
    const before = await rowsOf(old.database, tables);
    expect([...before].filter(([, rows]) => rows.length === 0)).toEqual([]);
    expect(before.get('events')).toHaveLength(2000);

    await migrate(old.settings, log);
    expect(await rowsOf(old.database, tables)).toEqual(before);
    const { rows: misplaced } = await old.database.query(
      `SELECT event_id FROM events
       WHERE tableoid::regclass::text <> 'events_' || to_char("timestamp" AT TIME ZONE 'UTC', 'YYYYMMDD')`,
    );
    expect(misplaced).toEqual([]);
    const { rows: clamped } = await old.database.query('SELECT event_id FROM clamped_events');
    expect(clamped).toEqual([{ event_id: 'old-7' }]);
    expect(await inTransaction(old.database, describeSchema)).toBe(await describe());
  } finally {
    await takeAway(old);
  }
});

async function migrateTo({ settings, database }: Own, version: string): Promise<void> {
  await new Postgrator({
    migrationPattern: `${migrationsDirectory}/*.sql`,
    driver: 'pg',
    database: settings.DB_NAME,
    schemaTable: 'public.schema_migrations',
    execQuery: (query) => database.query(query),
  }).migrate(version);
}

/** 2,000 events over 83 days, some a moment before and at midnight, and a row or more in every other table. */
const rowsOfBefore = `
  INSERT INTO events (event_id, "timestamp", time_clamped, journey_id, user_id, session_id, action, page, items, value,
    properties, source_partition, source_offset, bot)
  SELECT 'old-' || n, CASE n % 50 WHEN 0 THEN date_trunc('day', now()) - n / 50 * interval '1 day'
      WHEN 1 THEN date_trunc('day', now()) - n / 50 * interval '1 day' - interval '1 microsecond'
      ELSE now() - n * interval '1 hour' END,
    n = 7, 'u1_' || n % 30, 'u1_' || n % 30, 's1_' || n % 60, 'pageview', '/page/' || n, '[{"product_id": "p"}]', n, '{"n": 1}',
    n % 3, n, n % 9 = 0
  FROM generate_series(1, 2000) AS n;
  INSERT INTO identities (session_id, user_id, known_since) VALUES ('s1_1', 'u1_1', now());
  INSERT INTO record_progress VALUES ('raw-events', 0, now());
  INSERT INTO funnel_steps VALUES ('u1_1', 'old-1', 'cart', now(), now());
  INSERT INTO carts VALUES ('u1_1', 'old-1', 1, 'open', 'cart', now(), now(), NULL, '[]', 5, 'EUR');
  INSERT INTO purchases VALUES ('u1_1', 'old-2', 1, now(), 'o', 'old-1', 5, 'EUR', '[]');
  INSERT INTO abandonments VALUES ('u1_1', 'old-1', 'cart', now(), 5, 'EUR', '[]', true);
  INSERT INTO alerts (alert_id, alert_type, severity, message, "timestamp") VALUES ('a', 'cart_abandoned', 'info', 'm', now());
  INSERT INTO system_metrics VALUES ('m', 1);
  INSERT INTO user_sessions (journey_id, start_time, end_time, run_start_time, events, pageviews)
    VALUES ('u1_1', now(), now(), now(), 1, 1);
  INSERT INTO user_activity VALUES ('u1_1', now(), 'u1_1', 1, 0, 0, 0, 0, '{}');
  INSERT INTO usual_load_times VALUES ('*', 20, 1, 2);
  INSERT INTO journey_segments VALUES ('u1_1', now(), 'returning', 's', 'new', 'b', 'browse', 1, 'EUR', 1, 1, 1, 1)`;

/** The tables of a release with their columns; `pageviews`, which is promised like a table, with them. */
async function columnsOf(database: Database): Promise<Map<string, string>> {
  const { rows } = await database.query<{ name: string; columns: string }>(
    `SELECT c.relname AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = 'public'::regnamespace AND (c.relkind = 'r' OR c.relname = 'pageviews')
       AND c.relname <> 'schema_migrations'
     GROUP BY c.relname`,
  );
  return new Map(rows.map(({ name, columns }) => [name, columns]));
}

async function rowsOf(
  database: Database,
  tables: ReadonlyMap<string, string>,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const [table, columns] of tables) {
    const { rows } = await database.query<object>(`SELECT ${columns} FROM ${table}`);
    found.set(table, rows.map((row) => JSON.stringify(row)).sort());
  }
  return found;
}
