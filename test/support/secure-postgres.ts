import { chmod, chown, copyFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import pg from 'pg';

import { anyFreePorts } from '../../stack/ports.ts';
import { startServers } from '../../stack/servers.ts';
import { unprivilegedUser } from '../../stack/unprivileged-user.ts';
import type { Certificate } from './certificates.ts';
import type { PostgresServer } from './test-database.ts';

export interface SecurePostgres extends PostgresServer {
  /** Shows another certificate to whoever connects from now on. */
  present(certificate: Certificate): Promise<void>;
  /** Switches TLS off or on. */
  encrypt(on: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** A PostgreSQL that takes logins only over TLS and with SCRAM; but for its superuser, who comes by the loopback. */
export async function startSecurePostgres(certificate: Certificate): Promise<SecurePostgres> {
  const servers = await startServers({
    only: ['postgres'],
    ports: anyFreePorts,
    environment: { ...process.env, DB_HOST: undefined },
    report: () => undefined,
  });
  const setting = (name: string): string => servers.environment[name] ?? '';
  const administrator = {
    host: setting('DB_HOST'),
    port: Number(setting('DB_PORT')),
    user: setting('DB_OWNER_USER'),
    password: setting('DB_OWNER_PASSWORD'),
  };
  const administer = async (statements: readonly string[]): Promise<string> => {
    const client = new pg.Client({ ...administrator, database: 'postgres' });
    await client.connect();
    try {
      // Each alone: ALTER SYSTEM cannot be part of a transaction.
      for (const statement of statements) await client.query(statement);
      await client.query('SELECT pg_reload_conf()');
      const { rows } = await client.query<{ hba_file: string }>('SHOW hba_file');
      return rows[0]?.hba_file ?? '';
    } finally {
      await client.end();
    }
  };
  const hba = await administer([]);
  const directory = dirname(hba);
  const present = async (shown: Certificate): Promise<void> => {
    const files = { certificate: join(directory, 'shown.pem'), key: join(directory, 'shown.key') };
    for (const part of ['certificate', 'key'] as const) {
      await copyFile(shown[part], files[part]);
      await chmod(files[part], 0o600);
      const user = unprivilegedUser();
      if (user) await chown(files[part], user.uid, user.gid);
    }
    await administer([
      `ALTER SYSTEM SET ssl_cert_file = '${files.certificate}'`,
      `ALTER SYSTEM SET ssl_key_file = '${files.key}'`,
      'ALTER SYSTEM SET ssl = on',
    ]);
  };
  await writeFile(
    hba,
    `host all ${administrator.user} 127.0.0.1/32 scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n`,
  );
  await present(certificate);
  return {
    ...administrator,
    present,
    encrypt: async (on) => {
      await administer([`ALTER SYSTEM SET ssl = ${on ? 'on' : 'off'}`]);
    },
    stop: () => servers.stop(),
  };
}
