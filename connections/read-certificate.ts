import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { SettingsError } from '../settings/settings-error.ts';

/**
 * Reads PEM files by the settings that name them, for example `{ ca: ['KAFKA_SSL_CA_FILE', path] }`; one without a path is left
 * out. Throws a `SettingsError` that names the setting whose file cannot be read or is no such thing.
 */
export function readCertificates<Part extends 'ca' | 'cert' | 'key'>(
  files: Readonly<Record<Part, readonly [setting: string, path: string | undefined]>>,
): Partial<Record<Part, Buffer>> {
  const parts: Partial<Record<Part, Buffer>> = {};
  for (const [part, [setting, path]] of Object.entries(files) as [Part, [string, string | undefined]][]) {
    if (path === undefined) continue;
    const content = read(setting, path);
    refuseUnless(part, setting, content);
    parts[part] = content;
  }
  return parts;
}

function read(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new SettingsError([`${setting}: cannot read the file (${code})`]);
  }
}

/** Node's own reader of authorities passes over what is no certificate, and then trusts nobody. */
function refuseUnless(part: 'ca' | 'cert' | 'key', setting: string, content: Buffer): void {
  try {
    if (part === 'key') createPrivateKey(content);
    else new X509Certificate(content);
  } catch {
    const expected = part === 'key' ? 'a private key without a passphrase' : 'a certificate';
    throw new SettingsError([`${setting}: expected ${expected} as PEM`]);
  }
}

/** Throws a `SettingsError` where a certificate is that of another key. */
export function refuseOtherKey(
  settings: string,
  { cert, key }: { readonly cert?: Buffer; readonly key?: Buffer },
): void {
  if (cert === undefined || key === undefined) return;
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new SettingsError([`${settings}: expected a certificate and its own key`]);
}
