// What a server refuses for good is told apart from a server that is away or a connection that broke: the first ends a
// process with the variable to look at, the second is waited for. No sentence shows a secret.
import { expect, test } from 'vitest';

import { kafkaRefusal } from '../../connections/kafka.ts';
import { isDatabaseUnavailable } from '../../connections/postgres.ts';
import { postgresRefusal } from '../../connections/postgres-security.ts';
import { temporalConnectionOptions, temporalRefusal } from '../../connections/temporal.ts';
import { tlsRefusal } from '../../connections/tls-refusal.ts';
import { readSettings } from '../../settings/settings.ts';

const settings = readSettings({ TEMPORAL_TLS: 'true', TEMPORAL_API_KEY: 'the token' });

const named = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name, ...more });

test('the token goes with every call to Temporal', () => {
  expect(temporalConnectionOptions(settings)).toMatchObject({ apiKey: 'the token', tls: {} });
});

test.each([
  [
    'as the client has it',
    named('ServiceError', 'Failed to create', { cause: named('Error', 'no', { code: 7 }) }),
  ],
  ['for a token that is no token', named('Error', '16 UNAUTHENTICATED: no', { code: 16 })],
  ['as the native client has it', named('TransportError', 'status: PermissionDenied, message: "no"')],
])("what Temporal's authoriser refuses is known %s", (_form, error) => {
  const sentence = temporalRefusal(settings, error)?.message;
  expect(sentence).toMatch(
    /^TEMPORAL_API_KEY: Temporal at localhost:7233 does not allow .*namespace default;/,
  );
  expect(sentence).not.toContain('the token');
});

test.each([
  named('Error', 'Failed to connect before the deadline'),
  named('ServiceError', 'Failed', { cause: named('Error', '14 UNAVAILABLE', { code: 14 }) }),
])('Temporal that is away refuses nothing: %s', (error) => {
  expect(temporalRefusal(settings, error)).toBeUndefined();
});

test.each([
  named('KafkaJSSASLAuthenticationError', 'SASL SCRAM SHA512 authentication failed: Connection closed'),
  named('KafkaJSConnectionError', 'Connection error: connect ECONNREFUSED', { code: 'ECONNREFUSED' }),
  named('KafkaJSProtocolError', 'The group is rebalancing', { type: 'REBALANCE_IN_PROGRESS' }),
])('Kafka that is away, or breaks off a login, refuses nothing: %s', (error) => {
  expect(kafkaRefusal(settings, error)).toBeUndefined();
});

test('what Kafka refuses is known beneath what the library wraps around it', () => {
  const denied = named('KafkaJSProtocolError', 'Not authorized', { type: 'TOPIC_AUTHORIZATION_FAILED' });
  const wrapped = named('KafkaJSNumberOfRetriesExceeded', 'gave up', { cause: denied });
  expect(kafkaRefusal(settings, wrapped)?.message).toMatch(/^KAFKA_SASL_USERNAME: Kafka at localhost:9092 /);
});

test.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND'])(
  '%s is no verdict on a certificate',
  (code) => {
    const server = {
      ...{ name: 'Kafka', address: 'a:1', addressSetting: 'A' },
      ...{ tlsSetting: 'B', authoritySetting: 'C', certificateSetting: 'D' },
    };
    expect(tlsRefusal(named('Error', code, { code }), server)).toBeUndefined();
  },
);

test('a PostgreSQL that speaks no TLS is not waited for, and one that is away refuses nothing', () => {
  const noTls = new Error('The server does not support SSL connections');
  expect(isDatabaseUnavailable(noTls)).toBe(false);
  expect(postgresRefusal(settings, 'writer', noTls)?.message).toMatch(/^DB_SSL: /);
  const broken = new Error('Connection terminated unexpectedly');
  expect(isDatabaseUnavailable(broken)).toBe(true);
  expect(postgresRefusal(settings, 'writer', broken)).toBeUndefined();
});

test('a refused login names the variables of the role that it is for', () => {
  const own = readSettings({ DB_REPORTER_USER: 'ada', DB_REPORTER_PASSWORD: 'her password' });
  const refused = named('error', 'password authentication failed', { code: '28P01' });
  const sentence = postgresRefusal(own, 'reporter', refused)?.message;
  expect(sentence).toBe(
    'DB_REPORTER_USER and DB_REPORTER_PASSWORD: PostgreSQL at localhost:5432 refuses the login of ada to webanalytics.',
  );
  expect(postgresRefusal(own, 'eraser', refused)?.message).toMatch(/^DB_USER and DB_PASSWORD: /);
});
