import { randomBytes } from 'node:crypto';

import pg from 'pg';

export interface PostgresServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** Makes an empty database for one test file and gives back its name. */
export async function createTestDatabase(server: PostgresServer): Promise<string> {
  const name = `aisle_test_${randomBytes(5).toString('hex')}`;
  await asAdministrator(server, (client) => client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`));
  return name;
}

/** Ends its connections and drops it. Refuses a database whose name has no `test` in it: that one is somebody's. */
export async function dropTestDatabase(server: PostgresServer, name: string): Promise<void> {
  refuseUnlessTest(name);
  await asAdministrator(server, (client) =>
    client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`),
  );
}

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
