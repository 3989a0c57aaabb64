import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { isAlive } from './process-group.ts';

const lookEveryMs = 200;
/** A lock without an owner this old belongs to a process that died while it took it. */
const ownerlessForMs = 5_000;

/**
 * Runs `work` while no other process does the same under this lock folder. The lock of a dead process is taken over.
 * It saves double work; what must not break when two do it at once still has to be made complete first and renamed then.
 */
export async function withLock<T>(
  lockDirectory: string,
  { onWait, signal }: { onWait: (owner: string) => void; signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  let told = false;
  while (!(await take(lockDirectory))) {
    const owner = await ownerOf(lockDirectory);
    if (owner === 'gone') {
      await breakLock(lockDirectory);
      continue;
    }
    if (!told) onWait(owner);
    told = true;
    await pause(lookEveryMs, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    await rm(lockDirectory, { recursive: true, force: true });
  }
}

async function take(lockDirectory: string): Promise<boolean> {
  try {
    await mkdir(lockDirectory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(lockDirectory, 'owner'), String(process.pid));
  return true;
}

async function ownerOf(lockDirectory: string): Promise<string> {
  try {
    const owner = await readFile(join(lockDirectory, 'owner'), 'utf8');
    if (owner !== '') return isAlive(Number(owner)) ? `process ${owner}` : 'gone';
    return await ownerlessTooLong(lockDirectory);
  } catch {
    return ownerlessTooLong(lockDirectory);
  }
}

async function ownerlessTooLong(lockDirectory: string): Promise<string> {
  const made = await stat(lockDirectory).catch(() => undefined);
  return made && Date.now() - made.mtimeMs > ownerlessForMs ? 'gone' : 'another process';
}

async function breakLock(lockDirectory: string): Promise<void> {
  const aside = `${lockDirectory}.${process.pid}.broken`;
  // A rename: of several processes that find the same dead owner, one breaks the lock.
  await rename(lockDirectory, aside).catch(() => undefined);
  await rm(aside, { recursive: true, force: true });
}
