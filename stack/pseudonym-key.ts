import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';

/**
 * The settings that name the pseudonym key: what is configured, else a key made once for the data folder. Whoever has
 * the key can link pseudonyms to users: it is only ever named by its file, which only its owner can read.
 */
export async function pseudonymKeySettings(
  environment: NodeJS.ProcessEnv,
  dataDirectory: string,
): Promise<{ settings: Record<string, string>; madeFile: string | undefined }> {
  if (environment['PSEUDONYM_KEY']) return { settings: {}, madeFile: undefined };
  const configured = environment['PSEUDONYM_KEY_FILE'];
  if (configured) return { settings: { PSEUDONYM_KEY_FILE: configured }, madeFile: undefined };
  const path = join(dataDirectory, 'pseudonym-key');
  const settings = { PSEUDONYM_KEY_FILE: path };
  if (existsSync(path)) return { settings, madeFile: undefined };
  await writeFile(path, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  return { settings, madeFile: path };
}
