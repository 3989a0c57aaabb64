import 'reflect-metadata';

import { randomBytes, webcrypto } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

cryptoProvider.set(webcrypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const hourMs = 60 * 60 * 1000;

/** Paths of PEM files. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority {
  /** Path of its own certificate. */
  readonly file: string;
  /** A certificate for a server on the loopback, or for another host or time. */
  issue(name: string, differing?: { host?: string; expired?: boolean }): Promise<Certificate>;
}

export interface Certificates {
  readonly directory: string;
  readonly authority: Authority;
  /** One that no server here is signed by. */
  readonly stranger: Authority;
  remove(): Promise<void>;
}

/** Makes two certificate authorities for a test, in a folder that `remove` takes away: no key is ever stored. */
export async function makeCertificates(): Promise<Certificates> {
  const directory = await mkdtemp(join(tmpdir(), 'aisle-certificates-'));
  return {
    directory,
    authority: await makeAuthority(directory, 'authority'),
    stranger: await makeAuthority(directory, 'stranger'),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function makeAuthority(directory: string, name: string): Promise<Authority> {
  const keys = await makeKeys();
  const subject = `CN=${name}`;
  const own = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: subject,
    ...lifetime(false),
    keys,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  const file = join(directory, `${name}.pem`);
  await writeFile(file, own.toString('pem'));
  return {
    file,
    issue: async (fileName, { host, expired = false } = {}) => {
      const { publicKey, privateKey } = await makeKeys();
      const certificate = await X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: `CN=${fileName}`,
        issuer: subject,
        ...lifetime(expired),
        publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [
          new BasicConstraintsExtension(false),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
          new SubjectAlternativeNameExtension(
            host === undefined
              ? [
                  { type: 'dns', value: 'localhost' },
                  { type: 'ip', value: '127.0.0.1' },
                ]
              : [{ type: 'dns', value: host }],
          ),
        ],
      });
      const written = {
        certificate: join(directory, `${fileName}.certificate.pem`),
        key: join(directory, `${fileName}.key.pem`),
      };
      const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', privateKey);
      await writeFile(written.certificate, `${certificate.toString('pem')}\n`);
      await writeFile(written.key, `${PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`, { mode: 0o600 });
      return written;
    },
  };
}

const makeKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

/** Positive, as a serial number has to be. */
const serialNumber = () => `01${randomBytes(15).toString('hex')}`;

const lifetime = (expired: boolean) => ({
  notBefore: new Date(Date.now() - 48 * hourMs),
  notAfter: new Date(Date.now() + (expired ? -1 : 24) * hourMs),
});
