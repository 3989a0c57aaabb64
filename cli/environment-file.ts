import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { isAlive } from '../stack/process-group.ts';
import { projectDirectory } from '../stack/project.ts';

/** Where a running `up` or `demo` leaves its addresses, so that other commands find it. */
export const environmentFile = join(projectDirectory, '.aisle', 'environment');

const ownerLine = /^# written by process (\d+)$/;

/** `NAME=value` lines. */
export function formatEnvironment(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

export function parseEnvironment(text: string): Record<string, string> {
  const entries = text
    .split('\n')
    .map((line) => /^([A-Z_][A-Z0-9_]*)=(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map((match) => [match[1], match[2]] as const);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Only this user can read it: the password of a database made for this run is in it. */
export async function writeEnvironmentFile(
  settings: Readonly<Record<string, string>>,
  path = environmentFile,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  const text = `# written by process ${process.pid}\n${formatEnvironment(settings)}`;
  await writeFile(temporary, text, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}

/** The settings of a running system; undefined where none runs, also when one died and left its file. */
export async function readEnvironmentFile(
  path = environmentFile,
): Promise<Record<string, string> | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const owner = ownerOf(text);
  return owner !== undefined && isAlive(owner) ? parseEnvironment(text) : undefined;
}

/** Removes it, unless another system has written its own since. */
export async function removeEnvironmentFile(path = environmentFile): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text !== undefined && ownerOf(text) === process.pid) await rm(path, { force: true });
}

function ownerOf(text: string): number | undefined {
  const owner = ownerLine.exec(text.split('\n', 1)[0] ?? '')?.[1];
  return owner === undefined ? undefined : Number(owner);
}
