// Temporal with mutual TLS: with the right certificates an event reaches its journey and the journey's rows; a server that
// cannot be trusted, and a client that is not, are told apart from a server that is away, at once and by the variable's
// name. The real server stands behind a gate that ends TLS and asks for the client's certificate, as its development
// server cannot.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { connectTemporal } from '../../connections/temporal.ts';
import { readSettings } from '../../settings/settings.ts';
import { makeCertificates, type Certificate, type Certificates } from '../support/certificates.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { openTlsGate, type TlsGate } from '../support/tls-gate.ts';
import { openProducer } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

let certificates: Certificates;
let client: Certificate;
let strangers: Certificate;
let gates: Readonly<Record<'right' | 'expired' | 'elsewhere', TlsGate>>;
let deployment: Deployment;

const address = ({ port }: TlsGate) => `localhost:${port}`;

beforeAll(async () => {
  certificates = await makeCertificates();
  const { authority, stranger } = certificates;
  client = await authority.issue('client');
  strangers = await stranger.issue('stranger-client');
  const [host = '', port] = inject('temporal').split(':');
  const open = (certificate: Certificate) =>
    openTlsGate({ host, port: Number(port) }, certificate, authority);
  gates = {
    right: await open(await authority.issue('temporal')),
    expired: await open(await authority.issue('temporal-expired', { expired: true })),
    elsewhere: await open(await authority.issue('temporal-elsewhere', { host: 'temporal.elsewhere.test' })),
  };
  deployment = await deploy({
    TEMPORAL_ADDRESS: address(gates.right),
    TEMPORAL_TLS: 'true',
    TEMPORAL_TLS_CA_FILE: authority.file,
    TEMPORAL_TLS_CERT_FILE: client.certificate,
    TEMPORAL_TLS_KEY_FILE: client.key,
  });
  await deployment.migrate();
});

afterAll(async () => {
  await deployment.close();
  await Promise.all(Object.values(gates).map((gate) => gate.close()));
  await certificates.remove();
});

test('with the right certificates an event reaches its journey, and the journey its rows', async () => {
  const { topics, pseudonyms } = deployment;
  const worker = deployment.start('worker');
  const bridge = deployment.start('bridge');
  await Promise.all([worker.ready, bridge.ready]);
  const producer = await openProducer(inject('kafka'), topics.rawEvents.name);
  const event = { event_id: 'mutual', user_id: 'ada', action: 'pageview', page: '/cart' };
  const value = JSON.stringify({ ...event, timestamp: new Date().toISOString() });
  await producer.send([{ key: 'ada', value }]);
  await producer.close();
  const cart = await waitUntil(
    'the cart is written',
    async () => (await deployment.database.query<object>('SELECT journey_id, status FROM carts')).rows,
    ({ length }) => length === 1,
  );
  expect(cart).toEqual([{ journey_id: pseudonyms.ofUser('ada'), status: 'open' }]);
  expect([await bridge.stop(), await worker.stop()]).toEqual(['exit code 0', 'exit code 0']);
});

const refusals: [string, () => Record<string, string>, RegExp][] = [
  [
    'no client certificate',
    () => ({ TEMPORAL_TLS_CERT_FILE: '', TEMPORAL_TLS_KEY_FILE: '' }),
    /^TEMPORAL_TLS_CERT_FILE: Temporal at \S+ asks for a client certificate that it trusts\.$/,
  ],
  [
    'a key that is not that of the certificate',
    () => ({ TEMPORAL_TLS_KEY_FILE: strangers.key }),
    /^TEMPORAL_TLS_CERT_FILE and TEMPORAL_TLS_KEY_FILE: expected a certificate and its own key$/,
  ],
  [
    'a server of another authority',
    () => ({ TEMPORAL_TLS_CA_FILE: certificates.stranger.file }),
    /^TEMPORAL_TLS_CA_FILE: the certificate of Temporal at \S+ is not signed by an authority that is trusted here; .*\.$/,
  ],
  [
    'a server whose certificate has expired',
    () => ({ TEMPORAL_ADDRESS: address(gates.expired) }),
    /^TEMPORAL_ADDRESS: the certificate of Temporal at \S+ has expired\.$/,
  ],
  [
    'a server whose certificate is for another host',
    () => ({ TEMPORAL_ADDRESS: address(gates.elsewhere) }),
    /^TEMPORAL_ADDRESS: the certificate of Temporal at \S+ is for another host; .*\.$/,
  ],
  [
    'a server without TLS',
    () => ({ TEMPORAL_ADDRESS: inject('temporal') }),
    /^TEMPORAL_TLS: Temporal at \S+ does not speak TLS\.$/,
  ],
];

test.each(refusals)('%s is refused in one sentence', async (_name, changes, sentence) => {
  const connecting = Promise.resolve().then(() =>
    connectTemporal(readSettings({ ...deployment.environment, ...changes() })),
  );
  await expect(connecting).rejects.toMatchObject({
    name: 'SettingsError',
    problems: [expect.stringMatching(sentence) as string],
  });
});

test('a client certificate of another authority is refused in one sentence, by a server that says nothing as well', async () => {
  const changes = { TEMPORAL_TLS_CERT_FILE: strangers.certificate, TEMPORAL_TLS_KEY_FILE: strangers.key };
  await expect(
    connectTemporal(readSettings({ ...deployment.environment, ...changes })),
  ).rejects.toMatchObject({
    name: 'ConnectionClosedError',
    message: expect.stringMatching(
      /^Temporal at \S+ closes .*: it may not trust the certificate of TEMPORAL_TLS_CERT_FILE\.$/,
    ) as string,
  });
});

test('bridge and worker end at once, with an exit code that says: do not start me again', async () => {
  const changes = { TEMPORAL_TLS_CERT_FILE: '', TEMPORAL_TLS_KEY_FILE: '' };
  for (const process of [deployment.start('bridge', changes), deployment.start('worker', changes)]) {
    expect(await process.ended, process.story).toBe('exit code 78');
    expect(process.output).toMatch(/^TEMPORAL_TLS_CERT_FILE: Temporal at /m);
  }
});
