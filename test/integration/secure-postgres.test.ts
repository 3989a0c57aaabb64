// PostgreSQL with TLS, checked to the host's name, and SCRAM, on a server set up that way: everything works over it and
// nothing without it; a wrong password, certificate or host ends the process at once with a sentence that names the
// variable.
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';

import { connectPostgres, reachingPostgres } from '../../connections/postgres.ts';
import { createLog } from '../../connections/log.ts';
import { readSettings } from '../../settings/settings.ts';
import { makeCertificates, type Certificate, type Certificates } from '../support/certificates.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { startSecurePostgres, type SecurePostgres } from '../support/secure-postgres.ts';
import { openProducer } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

let certificates: Certificates;
let shown: Readonly<Record<'right' | 'expired' | 'elsewhere', Certificate>>;
let postgres: SecurePostgres;
let deployment: Deployment;

beforeAll(async () => {
  certificates = await makeCertificates();
  const { authority } = certificates;
  shown = {
    right: await authority.issue('postgres'),
    expired: await authority.issue('postgres-expired', { expired: true }),
    elsewhere: await authority.issue('postgres-elsewhere', { host: 'postgres.elsewhere.test' }),
  };
  postgres = await startSecurePostgres(shown.right);
  deployment = await deploy({ DB_SSL: 'verify-full', DB_SSL_CA_FILE: authority.file }, { postgres });
  await deployment.migrate();
});

afterAll(async () => {
  await deployment.close();
  await postgres.stop();
  await certificates.remove();
});

beforeEach(() => postgres.present(shown.right));

test('over TLS an event becomes a row, and a journey writes its own', async () => {
  const { topics, database, administrator } = deployment;
  const worker = deployment.start('worker');
  const bridge = deployment.start('bridge');
  await Promise.all([worker.ready, bridge.ready]);
  const producer = await openProducer(inject('kafka'), topics.rawEvents.name);
  const event = { event_id: 'secret', user_id: 'ada', action: 'pageview', page: '/cart' };
  const value = JSON.stringify({ ...event, timestamp: new Date().toISOString() });
  await producer.send([{ key: 'ada', value }]);
  await producer.close();
  await waitUntil(
    'the cart is written',
    async () => (await database.query('SELECT FROM carts JOIN events ON event_id = cart_id')).rowCount,
    (count) => count === 1,
  );
  const { rows } = await administrator.query<object>(
    `SELECT DISTINCT application_name AS program, ssl, version
     FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
     WHERE datname = current_database() AND application_name IN ('aisle-bridge', 'aisle-worker') ORDER BY 1`,
  );
  expect(rows).toEqual([
    { program: 'aisle-bridge', ssl: true, version: 'TLSv1.3' },
    { program: 'aisle-worker', ssl: true, version: 'TLSv1.3' },
  ]);
  expect([await bridge.stop(), await worker.stop()]).toEqual(['exit code 0', 'exit code 0']);
});

const connectWith = (changes: Record<string, string>): Promise<unknown> =>
  Promise.resolve().then(async () => {
    const settings = readSettings({ ...deployment.environment, ...changes });
    const pool = connectPostgres(settings, createLog('test', 'silent'), 'aisle-test-refused');
    try {
      return await reachingPostgres(settings, () => pool.query('SELECT'));
    } finally {
      await pool.end();
    }
  });

const refusals: [string, () => Record<string, string> | Promise<Record<string, string>>, RegExp][] = [
  [
    'a wrong password',
    () => ({ DB_PASSWORD: 'a wrong one' }),
    /^DB_USER and DB_PASSWORD: PostgreSQL at \S+ refuses the login of \S+ to \S+\.$/,
  ],
  [
    'a login without TLS',
    () => ({ DB_SSL: 'disable' }),
    /^DB_SSL: PostgreSQL at \S+ takes \S+ only over TLS; set it to verify-full\.$/,
  ],
  [
    'a database that is not there',
    () => ({ DB_NAME: 'test_nowhere' }),
    /^DB_NAME: PostgreSQL at \S+ has no database test_nowhere\.$/,
  ],
  [
    'a certificate of another authority',
    () => ({ DB_SSL_CA_FILE: certificates.stranger.file }),
    /^DB_SSL_CA_FILE: the certificate of PostgreSQL at \S+ is not signed by an authority that is trusted here; .*\.$/,
  ],
  [
    'a certificate that has expired',
    async () => {
      await postgres.present(shown.expired);
      return {};
    },
    /^DB_HOST: the certificate of PostgreSQL at \S+ has expired\.$/,
  ],
  [
    'a certificate for another host',
    async () => {
      await postgres.present(shown.elsewhere);
      return {};
    },
    /^DB_HOST: the certificate of PostgreSQL at \S+ is for another host; .*\.$/,
  ],
  [
    'a server that does not speak TLS',
    async () => {
      await postgres.encrypt(false);
      return {};
    },
    /^DB_SSL: PostgreSQL at \S+ does not speak TLS; set it to disable, or switch TLS on there\.$/,
  ],
  [
    'a file that is no certificate',
    () => ({ DB_SSL_CA_FILE: import.meta.filename }),
    /^DB_SSL_CA_FILE: expected a certificate as PEM$/,
  ],
];

test.each(refusals)('%s is refused in one sentence', async (_name, change, sentence) => {
  const changes = await change();
  // The server takes up its new settings a moment after it was told to.
  const error = await waitUntil(
    'the connection is refused',
    () =>
      connectWith(changes).then(
        () => undefined,
        (refusal: unknown) => refusal,
      ),
    (refusal) => refusal !== undefined,
  );
  expect(error).toMatchObject({
    name: 'SettingsError',
    problems: [expect.stringMatching(sentence) as string],
  });
});

test('encryption alone, without a check, is what `require` is for', async () => {
  await postgres.present(shown.elsewhere);
  expect(await connectWith({ DB_SSL: 'require', DB_SSL_CA_FILE: '' })).toMatchObject({ rowCount: 1 });
});

test('migrate, bridge and worker end at once, with an exit code that says: do not start me again', async () => {
  const wrong = { DB_PASSWORD: 'a wrong one' };
  for (const process of [deployment.start('bridge', wrong), deployment.start('worker', wrong)]) {
    expect(await process.ended, process.story).toBe('exit code 78');
    expect(process.output).toMatch(/^DB_USER and DB_PASSWORD: PostgreSQL at /m);
    expect(process.output).not.toContain('a wrong one');
  }
});
