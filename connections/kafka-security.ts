import type { KafkaConfig } from 'kafkajs';

import { SettingsError } from '../settings/settings-error.ts';
import type { Settings } from '../settings/settings.ts';
import { readCertificates } from './read-certificate.ts';
import { tryTls } from './try-tls.ts';

/** TLS and login, as the settings have them. Throws a `SettingsError` for a file that is no certificate. */
export function kafkaSecurity(settings: Settings): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  } = settings;
  return {
    ...(settings.KAFKA_SSL ? { ssl: authorityOf(settings) } : {}),
    ...(mechanism && username && password
      ? { sasl: { mechanism, username, password } as KafkaConfig['sasl'] }
      : {}),
  } as Pick<KafkaConfig, 'ssl' | 'sasl'>;
}

const authorityOf = (settings: Settings): { ca?: Buffer } =>
  readCertificates({ ca: ['KAFKA_SSL_CA_FILE', settings.KAFKA_SSL_CA_FILE] });

/** Throws a `SettingsError` where a broker's certificate will never do. */
export async function tryKafkaTls(settings: Settings): Promise<void> {
  if (!settings.KAFKA_SSL) return;
  for (const address of settings.KAFKA_BOOTSTRAP_SERVERS) {
    const server = {
      name: 'Kafka',
      address,
      addressSetting: 'KAFKA_BOOTSTRAP_SERVERS',
      tlsSetting: 'KAFKA_SSL',
      authoritySetting: 'KAFKA_SSL_CA_FILE',
    };
    await tryTls(server, authorityOf(settings));
  }
}

/** What the brokers refuse for good, as a `SettingsError`; undefined for any other error. */
export function kafkaRefusal(settings: Settings, error: unknown): SettingsError | undefined {
  const sentence = causesOf(error)
    .map((cause) => sentenceOf(settings, cause))
    .find((found) => found !== undefined);
  return sentence === undefined ? undefined : new SettingsError([sentence]);
}

function sentenceOf(settings: Settings, { name, message, type }: Cause): string | undefined {
  const place = `Kafka at ${settings.KAFKA_BOOTSTRAP_SERVERS.join(',')}`;
  if (type === 'UNSUPPORTED_SASL_MECHANISM') return `KAFKA_SASL_MECHANISM: ${place} does not take this one.`;
  // A login that is cut off has the same name, and may be tried again.
  if (name === 'KafkaJSSASLAuthenticationError' && /invalid (credentials|username)/i.test(message))
    return `KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD: ${place} refuses this login.`;
  if (type?.endsWith('_AUTHORIZATION_FAILED'))
    return `KAFKA_SASL_USERNAME: ${place} does not allow ${settings.KAFKA_SASL_USERNAME ?? 'a client without a login'} what this process does (${message}); docs/access.md lists the rights.`;
  return undefined;
}

interface Cause {
  readonly name: string;
  readonly message: string;
  /** Of a protocol error. */
  readonly type?: string;
}

/** The error and those beneath it: the library wraps what its own retries give up. */
function causesOf(error: unknown): Cause[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : [];
}
