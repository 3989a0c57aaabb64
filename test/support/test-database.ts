import { randomBytes } from 'node:crypto';

import pg from 'pg';

import type { DatabaseLogin, DatabaseRole } from '../../connections/database-login.ts';

export interface PostgresServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

type TestLogin = Omit<DatabaseLogin, 'setting'>;

export interface TestDatabase {
  readonly name: string;
  /** Their logins, as an administrator makes them; what each may do comes with the migrations. */
  readonly logins: Readonly<Record<DatabaseRole, TestLogin>>;
}

/** Makes an empty database for one test file, and logins that are nothing but what they must be: no superuser. */
export async function createTestDatabase(server: PostgresServer): Promise<TestDatabase> {
  const name = `aisle_test_${randomBytes(5).toString('hex')}`;
  const login = (role: DatabaseRole): TestLogin => ({
    user: loginName(name, role),
    password: randomBytes(12).toString('hex'),
  });
  const logins = {
    owner: login('owner'),
    writer: login('writer'),
    eraser: login('eraser'),
    reporter: login('reporter'),
  };
  await asAdministrator(server, async (client) => {
    for (const { user, password } of Object.values(logins)) {
      await client.query(`CREATE ROLE ${user} LOGIN PASSWORD '${password}'`);
    }
    await client.query(`ALTER ROLE ${logins.owner.user} CREATEROLE`);
    await client.query(
      `GRANT ${logins.reporter.user} TO ${logins.owner.user} WITH ADMIN TRUE, INHERIT FALSE`,
    );
    await client.query(`CREATE DATABASE ${name} OWNER ${logins.owner.user}`);
  });
  return { name, logins };
}

/**
 * Ends its connections and drops it, with its roles. Refuses a database whose name has no `test` in it: that one is
 * somebody's.
 */
export async function dropTestDatabase(server: PostgresServer, name: string): Promise<void> {
  refuseUnlessTest(name);
  await asAdministrator(server, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
    // Who was made by another is dropped first: a role that granted something cannot go before it.
    for (const role of roles) {
      await client.query(`DROP ROLE IF EXISTS ${name}_${role}`);
    }
    for (const role of roles) await client.query(`DROP ROLE IF EXISTS ${loginName(name, role)}`);
  });
}

const roles = ['writer', 'eraser', 'reporter', 'owner'] as const satisfies readonly DatabaseRole[];

const loginName = (database: string, role: DatabaseRole): string => `${database}_${role}_login`;

/** Breaks the connections of one program to a test database, as a failing server would; says how many. */
export async function breakConnections(
  server: PostgresServer,
  database: string,
  applicationName: string,
): Promise<number> {
  refuseUnlessTest(database);
  const { rowCount } = await asAdministrator(server, (client) =>
    client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = $2',
      [database, applicationName],
    ),
  );
  return rowCount ?? 0;
}

function refuseUnlessTest(name: string): void {
  if (!name.includes('test')) throw new Error(`${name} is not a test database: it is left alone`);
}

async function asAdministrator<Result>(
  server: PostgresServer,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ ...server, database: 'postgres' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
