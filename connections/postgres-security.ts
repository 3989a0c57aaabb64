import type { ConnectionOptions } from 'node:tls';

import { SettingsError } from '../settings/settings-error.ts';
import type { Settings } from '../settings/settings.ts';
import { databaseLogin, type DatabaseRole } from './database-login.ts';
import { readCertificates } from './read-certificate.ts';
import { tlsRefusal } from './tls-refusal.ts';

/** `require` encrypts and trusts whoever answers; `verify-full` checks the certificate and the name in it. */
export function postgresTls(settings: Settings): ConnectionOptions {
  return {
    rejectUnauthorized: settings.DB_SSL === 'verify-full',
    ...readCertificates({ ca: ['DB_SSL_CA_FILE', settings.DB_SSL_CA_FILE] }),
  };
}

/** What PostgreSQL refuses for good, as a `SettingsError` with one sentence; undefined for any other error. */
export function postgresRefusal(
  settings: Settings,
  role: DatabaseRole,
  error: unknown,
): SettingsError | undefined {
  const address = `${settings.DB_HOST}:${settings.DB_PORT}`;
  const sentence = sentenceOf(settings, role, error as { code?: string; message?: string }, address);
  if (sentence !== undefined) return new SettingsError([sentence]);
  return tlsRefusal(error, {
    name: 'PostgreSQL',
    address,
    addressSetting: 'DB_HOST',
    tlsSetting: 'DB_SSL',
    authoritySetting: 'DB_SSL_CA_FILE',
  });
}

function sentenceOf(
  settings: Settings,
  role: DatabaseRole,
  { code, message = '' }: { readonly code?: string; readonly message?: string },
  address: string,
): string | undefined {
  const { setting, user } = databaseLogin(settings, role);
  const place = `PostgreSQL at ${address}`;
  if (message.includes('does not support SSL'))
    return `DB_SSL: ${place} does not speak TLS; set it to disable, or switch TLS on there.`;
  if (code === '28000' && message.includes('no encryption'))
    return `DB_SSL: ${place} takes ${user} only over TLS; set it to verify-full.`;
  if (code?.startsWith('28'))
    return `${setting}_USER and ${setting}_PASSWORD: ${place} refuses the login of ${user} to ${settings.DB_NAME}.`;
  if (code === '3D000') return `DB_NAME: ${place} has no database ${settings.DB_NAME}.`;
  return undefined;
}
