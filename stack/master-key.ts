import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

/**
 * The settings of payload encryption where that is on: with the configured master key, else one made once for the data
 * folder, which only its owner can read. None where it is off.
 */
export async function encryptionSettings(
  environment: NodeJS.ProcessEnv,
  dataDirectory: string,
): Promise<Record<string, string>> {
  const {
    PAYLOAD_ENCRYPTION: encryption,
    PAYLOAD_MASTER_KEY: given,
    PAYLOAD_MASTER_KEY_FILE: file,
  } = environment;
  if (encryption !== 'on') return {};
  if (given) return { PAYLOAD_ENCRYPTION: encryption };
  const path = file || join(dataDirectory, 'payload-master-key');
  if (!file && !existsSync(path)) {
    const key = `local:${randomBytes(32).toString('base64')}`;
    await writeFile(path, key, { mode: 0o600, flag: 'wx' });
  }
  return { PAYLOAD_ENCRYPTION: encryption, PAYLOAD_MASTER_KEY_FILE: path };
}
