// Every table, view and function has an explicit decision in sql/access.sql, and each role, as a real login, may do what is
// decided and nothing else: bridge and worker cannot take back what is recorded, reports see nobody's particulars and
// cannot write, and a function with its owner's rights cannot be led astray by its caller.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { databaseLogin, type DatabaseRole } from '../../connections/database-login.ts';
import { migrate } from '../../connections/migrate.ts';
import { connectPostgres, type Database, type DatabaseSession } from '../../connections/postgres.ts';
import { readSql } from '../../connections/sql-file.ts';
import type { Settings } from '../../settings/settings.ts';
import { deploy, type Deployment } from '../support/deployment.ts';

const insufficientPrivilege = '42501';
const readOnlyTransaction = '25006';
const queryCanceled = '57014';

let deployment: Deployment;
let as: Readonly<Record<DatabaseRole, Database>>;

beforeAll(async () => {
  deployment = await deploy();
  const { settings, log, database, owner } = deployment;
  await migrate(settings, log);
  as = {
    writer: database,
    owner,
    eraser: connectPostgres(settings, log, 'aisle-test-eraser', 'eraser'),
    reporter: connectPostgres(settings, log, 'aisle-test-reporter', 'reporter'),
  };
  await database.query(
    `INSERT INTO events (event_id, "timestamp", journey_id, user_id, action, order_id, properties)
     VALUES ('first', now(), 'u1_a', 'u1_a', 'purchase', 'order-1', '{"note": "leave it at the door"}')`,
  );
});

afterAll(async () => {
  await Promise.all([as.eraser.end(), as.reporter.end()]);
  await deployment.close();
});

/** The SQLSTATE that a statement is refused with; undefined when it is carried out. */
async function refusalOf(database: Pick<Database, 'query'>, sql: string): Promise<string | undefined> {
  try {
    await database.query(sql);
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

/** Runs `work` in a transaction that is undone. */
async function undone<Result>(
  database: Database,
  work: (session: DatabaseSession) => Promise<Result>,
): Promise<Result> {
  const session = await database.connect();
  try {
    await session.query('BEGIN');
    return await work(session);
  } finally {
    await session.query('ROLLBACK');
    session.release();
  }
}

async function undecided(session: DatabaseSession): Promise<string[]> {
  await session.query(readSql('access.sql'));
  const { rows } = await session.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND NOT relispartition
       AND relname NOT IN (SELECT relation FROM relation_access)
     UNION ALL
     SELECT oid::regprocedure::text FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace
       AND oid NOT IN (SELECT to_regprocedure('public.' || function) FROM function_access)
     ORDER BY name`,
  );
  return rows.map(({ name }) => name);
}

test('every table, view and function has a decision, and one without would be found', async () => {
  await undone(as.owner, async (session) => expect(await undecided(session)).toEqual([]));
  await undone(as.owner, async (session) => {
    await session.query(`CREATE TABLE forgotten_table (); CREATE VIEW forgotten_view AS SELECT 1;
      CREATE FUNCTION forgotten_function(integer) RETURNS integer LANGUAGE sql RETURN 1`);
    expect(await undecided(session)).toEqual([
      'forgotten_function(integer)',
      'forgotten_table',
      'forgotten_view',
    ]);
  });
});

describe('the writer', () => {
  test('records, and makes derived rows again', async () => {
    await undone(as.writer, async (session) => {
      for (const sql of [
        `INSERT INTO events (event_id, "timestamp", journey_id, action) VALUES ('x', now(), 'u1_x', 'click')`,
        'SELECT * FROM actor_events, pageviews',
        'DELETE FROM user_sessions',
        'DELETE FROM carts',
        'UPDATE alerts SET published_at = now()',
        `UPDATE roll_up_marks SET recorded_before = '0'`,
        'SELECT advance_retention()',
      ]) {
        expect(await refusalOf(session, sql), sql).toBeUndefined();
      }
    });
  });

  test.each([
    'DELETE FROM events',
    `UPDATE events SET user_id = 'u1_other'`,
    'TRUNCATE user_sessions',
    'DELETE FROM alerts',
    `UPDATE alerts SET message = 'nothing happened'`,
    'DELETE FROM identities',
    'DELETE FROM roll_up_marks',
    'UPDATE retention SET days = 1',
    'UPDATE retention SET kept_since = now()',
    'SELECT FROM schema_migrations',
    'CREATE TABLE of_my_own ()',
    'CREATE FUNCTION public.now_and_then() RETURNS integer LANGUAGE sql RETURN 1',
    'ALTER TABLE events ADD COLUMN remark text',
    'DROP TABLE carts',
    'DROP VIEW reporting.events',
    'CREATE ROLE accomplice',
  ])('may not: %s', async (sql) => {
    expect(await refusalOf(as.writer, sql)).toBe(insufficientPrivilege);
  });

  test('may not become the owner, the eraser or the reporter', async () => {
    for (const role of ['owner', 'eraser', 'reporter']) {
      const sql = `SET ROLE ${deployment.settings.DB_NAME}_${role}`;
      expect(await refusalOf(as.writer, sql), sql).toBe(insufficientPrivilege);
    }
  });
});

describe('the eraser', () => {
  test('may delete and anonymise what is about a person', async () => {
    await undone(as.eraser, async (session) => {
      for (const table of ['events', 'identities', 'carts', 'alerts', 'user_sessions', 'user_activity']) {
        const sql = `DELETE FROM ${table}`;
        expect(await refusalOf(session, sql), sql).toBeUndefined();
      }
      const anonymise = `UPDATE purchases SET journey_id = 'erased'`;
      expect(await refusalOf(session, anonymise)).toBeUndefined();
    });
  });

  test.each([
    `INSERT INTO events (event_id, "timestamp", journey_id, action) VALUES ('x', now(), 'u1_x', 'click')`,
    'DELETE FROM system_metrics',
    'TRUNCATE events',
    'DROP TABLE events',
    'CREATE TABLE of_my_own ()',
  ])('may not: %s', async (sql) => {
    expect(await refusalOf(as.eraser, sql)).toBe(insufficientPrivilege);
  });
});

describe('the reporter', () => {
  test('sees the record without free text and order ids, under the usual names', async () => {
    const { rows, fields } = await as.reporter.query<{ event_id: string }>('SELECT * FROM events');
    expect(rows.map(({ event_id: id }) => id)).toEqual(['first']);
    const columns = fields.map(({ name }) => name);
    expect(columns).toEqual(expect.arrayContaining(['journey_id', 'page', 'referrer', 'value', 'bot']));
    for (const hidden of ['properties', 'order_id', 'source_offset', 'recorded_by']) {
      expect(columns).not.toContain(hidden);
    }
    expect((await as.reporter.query('SELECT * FROM pageviews')).rowCount).toBe(0);
  });

  test.each([
    'SELECT properties FROM public.events',
    'SELECT event_id FROM public.events',
    'SELECT * FROM identities',
    'SELECT message FROM public.alerts',
    'SELECT * FROM roll_up_marks',
  ])('may not: %s', async (sql) => {
    expect(await refusalOf(as.reporter, sql)).toBe(insufficientPrivilege);
  });

  test('cannot write, not even after it has taken its own guard away', async () => {
    const writes = ['DELETE FROM carts', `UPDATE events SET page = '/'`, 'CREATE TABLE of_my_own ()'];
    expect(await refusalOf(as.reporter, 'CREATE TABLE of_my_own ()')).toBe(readOnlyTransaction);
    for (const sql of writes) {
      const unguarded = `SET TRANSACTION READ WRITE; ${sql}`;
      expect(await refusalOf(as.reporter, unguarded), sql).toBe(insufficientPrivilege);
    }
  });

  test('is stopped when a statement takes too long', async () => {
    const hurried = { ...deployment.settings, DB_REPORTER_TIMEOUT: 100 };
    const database = connectPostgres(hurried, deployment.log, 'aisle-test-hurried', 'reporter');
    expect(await refusalOf(database, 'SELECT pg_sleep(60)')).toBe(queryCanceled);
    await database.end();
  });

  test('has the same guards when it comes by another client', async () => {
    const client = await plainClient('reporter');
    const { rows } = await client.query<object>(
      `SELECT current_setting('search_path') AS path, current_setting('statement_timeout') AS timeout,
         current_setting('default_transaction_read_only') AS read_only`,
    );
    await client.end();
    expect(rows).toEqual([{ path: 'reporting, public', timeout: '30s', read_only: 'on' }]);
  });
});

async function plainClient(role: DatabaseRole): Promise<pg.Client> {
  const { DB_HOST: host, DB_PORT: port, DB_NAME: database } = deployment.settings;
  const client = new pg.Client({ host, port, database, ...databaseLogin(deployment.settings, role) });
  await client.connect();
  return client;
}

describe("a function with its owner's rights", () => {
  const make = (
    name: string,
  ) => `CREATE FUNCTION ${name}() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS
    $$ BEGIN RETURN (SELECT count(*) FROM events); END $$`;
  const makeDecoy = `CREATE TEMPORARY TABLE events AS SELECT FROM generate_series(1, 1000);
    GRANT SELECT ON pg_temp.events TO PUBLIC;
    SET search_path = pg_temp, public`;

  test('finds what it means, whatever its caller puts in the way', async () => {
    await as.owner.query(`${make('guarded')}; ${make('unguarded')}`);
    await decideAlso(`INSERT INTO function_access VALUES ('guarded()', true, 'writer')`);
    await as.owner.query(`GRANT EXECUTE ON FUNCTION unguarded() TO ${deployment.settings.DB_NAME}_writer`);
    const caller = await plainClient('writer');
    await caller.query(makeDecoy);
    const { rows } = await caller.query<object>('SELECT guarded(), unguarded()');
    await caller.end();
    // The second shows that the trick works where nobody guards against it.
    expect(rows).toEqual([{ guarded: 1, unguarded: 1000 }]);
    for (const role of ['eraser', 'reporter'] as const) {
      expect(await refusalOf(as[role], 'SELECT public.guarded()'), role).toBe(insufficientPrivilege);
    }
    await as.owner.query('DROP FUNCTION guarded(); DROP FUNCTION unguarded()');
  });

  /** Applies the decisions with one more. */
  async function decideAlso(decision: string): Promise<void> {
    const session = await as.owner.connect();
    try {
      await session.query('BEGIN');
      await session.query(`${readSql('access.sql')} ${decision}`);
      await session.query(readSql('apply-access.sql'));
      await session.query('COMMIT');
    } finally {
      session.release();
    }
  }
});

describe('applied again', () => {
  const everyRight = async (): Promise<unknown[]> =>
    (
      await as.owner.query<object>(
        `SELECT c.oid, c.relname, c.relowner::regrole::text AS owner, c.relacl::text AS privileges
         FROM pg_class c
         WHERE c.relnamespace IN ('public'::regnamespace, 'reporting'::regnamespace) AND c.relkind <> 'i'
         ORDER BY c.oid`,
      )
    ).rows;

  test('changes nothing', async () => {
    const before = await everyRight();
    await migrate(deployment.settings, deployment.log);
    expect(await everyRight()).toEqual(before);
    expect(before.length).toBeGreaterThan(20);
  });

  test('takes back what was granted by hand, and makes a changed view anew', async () => {
    const before = await everyRight();
    const { DB_NAME: name } = deployment.settings;
    await as.owner.query(`GRANT DELETE ON events TO ${name}_writer; GRANT SELECT ON events TO PUBLIC;
      GRANT SELECT (properties) ON events TO ${name}_reporter;
      DROP VIEW reporting.carts; CREATE VIEW reporting.carts AS SELECT 1 AS nothing`);
    await migrate(deployment.settings, deployment.log);
    const withoutIds = (rows: readonly unknown[]) => rows.map((row) => ({ ...(row as object), oid: 0 }));
    expect(withoutIds(await everyRight()).sort(byText)).toEqual(withoutIds(before).sort(byText));
    expect(await refusalOf(as.reporter, 'SELECT properties FROM public.events')).toBe(insufficientPrivilege);
    expect((await as.reporter.query('SELECT journey_id FROM carts')).rowCount).toBe(0);
  });

  const byText = (one: unknown, other: unknown) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
});

describe('what only an administrator can give is asked for in one sentence:', () => {
  test('a login', async () => {
    const changed = { ...deployment.settings, DB_REPORTER_USER: 'nobody in "particular"' };
    const quoted = '"nobody in ""particular"""';
    await expect(migrate(changed, deployment.log)).rejects.toMatchObject({
      name: 'SettingsError',
      problems: [
        `DB_REPORTER_USER: PostgreSQL knows no role ${quoted}; an administrator can say CREATE ROLE ${quoted} LOGIN PASSWORD ….`,
      ],
    });
  });

  test('the right to create roles, and to make anything in the database', async () => {
    const { administrator, settings, log, close } = await deploy();
    const { user } = databaseLogin(settings, 'owner');
    try {
      await administrator.query(`ALTER ROLE ${user} NOCREATEROLE`);
      await expect(migrate(settings, log)).rejects.toMatchObject({
        problems: [
          `DB_OWNER_USER: the role ${settings.DB_NAME}_owner is missing and ${user} may not create it; an administrator can say ALTER ROLE ${user} CREATEROLE, or create it.`,
        ],
      });
      await administrator.query(`ALTER DATABASE ${settings.DB_NAME} OWNER TO CURRENT_USER;
        DROP TABLE public.schema_migrations`);
      await expect(migrate(settings, log)).rejects.toMatchObject({
        problems: [
          `DB_OWNER_USER: ${user} lacks a right that the migrations need (permission denied for database ${settings.DB_NAME}); it has to own the database, as docs/access.md says.`,
        ],
      });
    } finally {
      await close();
    }
  });
});

test('one login for everything still works, and is given the roles later', async () => {
  const { settings, log, close, administrator } = await deploy();
  try {
    const { user: DB_USER, password: DB_PASSWORD } = databaseLogin(settings, 'owner');
    const alone: Settings = {
      ...settings,
      ...{ DB_USER, DB_PASSWORD, DB_OWNER_USER: undefined, DB_ERASER_USER: undefined },
      DB_REPORTER_USER: undefined,
    };
    await migrate(alone, log);
    const database = connectPostgres(alone, log, 'aisle-test-alone');
    const reporter = connectPostgres(alone, log, 'aisle-test-alone', 'reporter');
    await database.query(
      `INSERT INTO events (event_id, "timestamp", journey_id, action) VALUES ('x', now(), 'u1_x', 'click')`,
    );
    expect((await reporter.query('SELECT * FROM events')).rowCount).toBe(1);
    expect(await refusalOf(reporter, 'DELETE FROM events')).toBe(readOnlyTransaction);
    await Promise.all([database.end(), reporter.end()]);
    await migrate(settings, log);
    const { rows } = await administrator.query<{ member: boolean }>(
      'SELECT pg_has_role($1, $2, $3) AS member',
      [settings.DB_USER, `${settings.DB_NAME}_writer`, 'USAGE'],
    );
    expect(rows).toEqual([{ member: true }]);
  } finally {
    await close();
  }
});
