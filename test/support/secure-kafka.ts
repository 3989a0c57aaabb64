import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Guard } from '../../stack/guard.ts';
import { startKafka } from '../../stack/kafka.ts';
import { findFreePort } from '../../stack/ports.ts';
import { cacheDirectory } from '../../stack/preparation.ts';
import type { Certificate, Certificates } from './certificates.ts';

export interface SecureKafka {
  /** `localhost:port` of the listener with the right certificate, one that has expired, and one for another host. */
  readonly right: string;
  readonly expired: string;
  readonly elsewhere: string;
  /** Of the listener for whoever administers the broker, on the loopback: no TLS, no login, every right. */
  readonly administrators: string;
  stop(): Promise<void>;
}

/** A broker that takes clients only with TLS and SCRAM-SHA-512, and lets a user do only what an ACL allows. */
export async function startSecureKafka(
  { authority }: Certificates,
  users: Readonly<Record<string, string>>,
): Promise<SecureKafka> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'aisle-secure-kafka-'));
  const guard = new Guard();
  guard.removeAtEnd(dataDirectory);
  const port = await findFreePort([]);
  const listeners = {
    right: { port: await findFreePort([port]), certificate: await authority.issue('kafka') },
    expired: {
      port: await findFreePort([port]),
      certificate: await authority.issue('kafka-expired', { expired: true }),
    },
    elsewhere: {
      port: await findFreePort([port]),
      certificate: await authority.issue('kafka-elsewhere', { host: 'kafka.elsewhere.test' }),
    },
  };
  const server = await startKafka(
    {
      port,
      dataDirectory,
      properties: await propertiesOf(port, listeners),
      formatArguments: Object.entries(users).flatMap(([name, password]) => [
        '--add-scram',
        `SCRAM-SHA-512=[name=${name},password=${password}]`,
      ]),
    },
    {
      environment: process.env,
      cache: cacheDirectory(process.env),
      report: () => undefined,
      signal: new AbortController().signal,
      guard,
    },
  );
  return {
    right: `localhost:${listeners.right.port}`,
    expired: `localhost:${listeners.expired.port}`,
    elsewhere: `localhost:${listeners.elsewhere.port}`,
    administrators: server.address,
    stop: async () => {
      await server.child.stop();
      await rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 });
      await guard.close();
    },
  };
}

async function propertiesOf(
  port: number,
  listeners: Readonly<Record<string, { port: number; certificate: Certificate }>>,
): Promise<Record<string, string>> {
  const secure = Object.entries(listeners);
  const names = secure.map(([name]) => name.toUpperCase());
  const controllerPort = await findFreePort([port]);
  const addresses = [
    `PLAINTEXT://127.0.0.1:${port}`,
    ...secure.map(([name, listener]) => `${name.toUpperCase()}://localhost:${listener.port}`),
  ];
  const keyStores = await Promise.all(
    secure.map(async ([name, { certificate }]) => [
      [`listener.name.${name}.ssl.keystore.type`, 'PEM'],
      [`listener.name.${name}.ssl.keystore.location`, await keyStoreOf(certificate)],
      [`listener.name.${name}.sasl.enabled.mechanisms`, 'SCRAM-SHA-512'],
      [
        `listener.name.${name}.scram-sha-512.sasl.jaas.config`,
        'org.apache.kafka.common.security.scram.ScramLoginModule required;',
      ],
    ]),
  );
  return {
    listeners: [...addresses, `CONTROLLER://127.0.0.1:${controllerPort}`].join(','),
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'advertised.listeners': addresses.join(','),
    'listener.security.protocol.map': [
      ...['PLAINTEXT:PLAINTEXT', 'CONTROLLER:PLAINTEXT'],
      ...names.map((name) => `${name}:SASL_SSL`),
    ].join(','),
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // Who comes by the listener without a login. Nobody else may do anything that no ACL allows.
    'super.users': 'User:ANONYMOUS',
    'allow.everyone.if.no.acl.found': 'false',
    ...(Object.fromEntries(keyStores.flat()) as Record<string, string>),
  };
}

/** Kafka takes key and certificate from one file. */
async function keyStoreOf({ certificate, key }: Certificate): Promise<string> {
  const path = certificate.replace(/\.certificate\.pem$/, '.keystore.pem');
  await writeFile(path, (await readFile(key, 'utf8')) + (await readFile(certificate, 'utf8')), {
    mode: 0o600,
  });
  return path;
}
