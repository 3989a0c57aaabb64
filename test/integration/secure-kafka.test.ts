// Kafka with TLS, SCRAM-SHA-512 and ACLs, on a broker set up that way: with the rights that docs/access.md lists, and with no
// others, everything works; what a component has no right to is refused; and a wrong password or certificate ends the
// process at once with a sentence that names the variable.
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { connectKafka, kafkaRefusal } from '../../connections/kafka.ts';
import { createLog } from '../../connections/log.ts';
import { readSettings } from '../../settings/settings.ts';
import { makeCertificates, type Certificates } from '../support/certificates.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { applyDocumentedAcls } from '../support/documented-acls.ts';
import { startSecureKafka, type SecureKafka } from '../support/secure-kafka.ts';
import { openProducer, readJsonTopic } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

const passwords = {
  'aisle-migrate': 'the password of migrate',
  'aisle-bridge': 'the password of bridge',
  'aisle-worker': 'the password of worker',
  'aisle-nobody': 'the password of nobody',
} as const;
type User = keyof typeof passwords;

let certificates: Certificates;
let kafka: SecureKafka;
let deployment: Deployment;

const login = (user: User) => ({
  KAFKA_SASL_USERNAME: user,
  KAFKA_SASL_PASSWORD: passwords[user],
});

beforeAll(async () => {
  certificates = await makeCertificates();
  kafka = await startSecureKafka(certificates, passwords);
  await applyDocumentedAcls(kafka.administrators);
  deployment = await deploy(
    {
      KAFKA_TOPIC_PREFIX: '',
      KAFKA_GROUP_PREFIX: 'aisle',
      KAFKA_SSL: 'true',
      KAFKA_SSL_CA_FILE: certificates.authority.file,
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      ...login('aisle-migrate'),
      ...{ CART_ABANDON_AFTER: '1s', LATE_GRACE: '1s', ROLL_UP_EVERY: '1s' },
    },
    { kafka: kafka.right },
  );
  await deployment.migrate();
});

afterAll(async () => {
  await deployment.close();
  await kafka.stop();
  await certificates.remove();
});

test('with the documented rights an event becomes a row, a page view, and an alert on its topic', async () => {
  const worker = deployment.start('worker', login('aisle-worker'));
  const bridge = deployment.start('bridge', login('aisle-bridge'));
  await Promise.all([worker.ready, bridge.ready]);
  const event = { user_id: 'ada', session_id: 'visit', timestamp: new Date().toISOString() };
  const producer = await openProducer(kafka.administrators, 'raw-events');
  await producer.send(
    [
      { ...event, event_id: 'secure-1', action: 'pageview', page: '/cart' },
      { ...event, action: 'click' },
    ].map((message) => ({ key: 'ada', value: JSON.stringify(message) })),
  );
  await producer.close();
  await waitUntil(
    'the alert is on its topic',
    () => readJsonTopic<{ alert_type: string }>(kafka.administrators, 'alerts'),
    (alerts) => alerts.some(({ alert_type: type }) => type === 'cart_abandoned'),
  );
  const { rows } = await deployment.database.query<object>(
    'SELECT event_id, page FROM events ORDER BY event_id',
  );
  expect(rows).toEqual([{ event_id: 'secure-1', page: '/cart' }]);
  await waitUntil(
    'the minute is on its topic',
    () => readJsonTopic(kafka.administrators, 'user-activity'),
    ({ length }) => length > 0,
  );
  const views = await readJsonTopic<{ event_id: string }>(kafka.administrators, 'page-views');
  expect(views.map(({ event_id: id }) => id)).toContain('secure-1');
  expect((await readJsonTopic(kafka.administrators, 'raw-events.dlq')).length).toBe(1);
  expect([await bridge.stop(), await worker.stop()]).toEqual(['exit code 0', 'exit code 0']);
});

describe('what a component has no right to is refused:', () => {
  const settingsOf = (user: User) => ({ ...deployment.settings, ...login(user) });

  /** What the process would say of it. */
  const refusalOf = (user: User, attempt: Promise<unknown>): Promise<string | undefined> =>
    attempt.then(
      () => undefined,
      (error: unknown) => kafkaRefusal(settingsOf(user), error)?.message,
    );

  test.each([
    ['aisle-bridge', 'alerts'],
    ['aisle-bridge', 'user-activity'],
    ['aisle-bridge', 'raw-events'],
    ['aisle-worker', 'raw-events'],
    ['aisle-worker', 'page-views'],
    ['aisle-migrate', 'raw-events'],
    ['aisle-nobody', 'alerts'],
  ] as const)('%s writes to %s', async (user, topic) => {
    const producer = await connectKafka(settingsOf(user), deployment.log).producer();
    expect(await refusalOf(user, producer.send(topic, [{ key: null, value: '{}' }]))).toMatch(
      /does not allow aisle-\w+ what this process does \(Not authorized to access topics/,
    );
    await producer.close();
  });

  test.each([
    ['aisle-worker', 'raw-events.dlq'],
    ['aisle-bridge', 'alerts'],
  ] as const)('%s reads %s', async (user, topic) => {
    const offsets = await connectKafka(settingsOf(user), deployment.log).offsets();
    expect(await refusalOf(user, offsets.ends(topic))).toMatch(
      /does not allow aisle-\w+ what this process does \(Not authorized to access topics/,
    );
    await offsets.close();
  });

  test('a bridge of somebody else: it says so and is not started again', async () => {
    const bridge = deployment.start('bridge', login('aisle-nobody'));
    expect(await bridge.ended, bridge.story).toBe('exit code 78');
    expect(bridge.output).toMatch(
      /^KAFKA_SASL_USERNAME: Kafka at localhost:\d+ does not allow aisle-nobody what this process does \(.+\); docs\/access\.md lists the rights\.$/m,
    );
    expect(bridge.output).not.toContain(passwords['aisle-nobody']);
  });
});

describe('a broker that cannot be trusted, or does not trust, is told apart from one that is away:', () => {
  const refusals: [string, () => Record<string, string>, RegExp][] = [
    [
      'a wrong password',
      () => ({ KAFKA_SASL_PASSWORD: 'a wrong one' }),
      /^KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD: Kafka at \S+ refuses this login\.$/,
    ],
    [
      'a mechanism that the broker does not take',
      () => ({ KAFKA_SASL_MECHANISM: 'plain' }),
      /^KAFKA_SASL_MECHANISM: Kafka at \S+ does not take this one\.$/,
    ],
    [
      'a certificate of another authority',
      () => ({ KAFKA_SSL_CA_FILE: certificates.stranger.file }),
      /^KAFKA_SSL_CA_FILE: the certificate of Kafka at \S+ is not signed by an authority that is trusted here; .*\.$/,
    ],
    [
      'a certificate that has expired',
      () => ({ KAFKA_BOOTSTRAP_SERVERS: kafka.expired }),
      /^KAFKA_BOOTSTRAP_SERVERS: the certificate of Kafka at \S+ has expired\.$/,
    ],
    [
      'a certificate for another host',
      () => ({ KAFKA_BOOTSTRAP_SERVERS: kafka.elsewhere }),
      /^KAFKA_BOOTSTRAP_SERVERS: the certificate of Kafka at \S+ is for another host; .*\.$/,
    ],
    [
      'a file that is not there',
      () => ({ KAFKA_SSL_CA_FILE: '/nowhere/authority.pem' }),
      /^KAFKA_SSL_CA_FILE: cannot read the file \(ENOENT\)$/,
    ],
    [
      'a file that is no certificate',
      () => ({ KAFKA_SSL_CA_FILE: import.meta.filename }),
      /^KAFKA_SSL_CA_FILE: expected a certificate as PEM$/,
    ],
  ];

  test.each(refusals)('%s', async (_name, changes, sentence) => {
    const settings = readSettings({ ...deployment.environment, ...changes() });
    const opening = Promise.resolve().then(() =>
      connectKafka(settings, createLog('test', 'silent')).offsets(),
    );
    await expect(opening).rejects.toMatchObject({
      name: 'SettingsError',
      problems: [expect.stringMatching(sentence) as string],
    });
  });

  test('migrate, bridge and worker end at once, with an exit code that says: do not start me again', async () => {
    const wrong = { ...login('aisle-bridge'), KAFKA_SASL_PASSWORD: 'a wrong one' };
    const ended = [deployment.start('bridge', wrong), deployment.start('worker', wrong)];
    for (const process of ended) {
      expect(await process.ended, process.story).toBe('exit code 78');
      expect(process.output).toMatch(/^KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD: Kafka at /m);
      expect(process.output).not.toContain('a wrong one');
    }
  });

  test('a client of another kind that knows no password gets nothing at all', async () => {
    const stranger = new Kafka({
      brokers: [kafka.right],
      ssl: { rejectUnauthorized: false },
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    }).admin();
    await expect(stranger.listTopics()).rejects.toThrow();
    await stranger.disconnect();
  });
});
