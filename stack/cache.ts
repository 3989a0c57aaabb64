import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { makeRoomyDirectory, megabytesToBuild } from './disk-space.ts';
import { withLock } from './lock.ts';
import type { Look } from './lookup.ts';
import type { Preparation } from './preparation.ts';

/**
 * Fills a cache folder once. `fill` gets an empty temporary folder beside it and returns a reason if it could not fill
 * it; only a complete folder ever has the final name, so that a start that is cut off leaves nothing half-made.
 */
export async function fillOnce(
  directory: string,
  { report, signal, guard }: Pick<Preparation, 'report' | 'signal' | 'guard'>,
  fill: (temporary: string) => Promise<string | undefined>,
): Promise<Look<string>> {
  if (existsSync(directory)) return { found: directory };
  await makeRoomyDirectory(dirname(directory), megabytesToBuild, 'The cache of servers');
  const onWait = (owner: string) => report(`waiting for ${owner}, which is fetching the same`);
  return withLock(`${directory}.lock`, { onWait, signal }, async () => {
    if (existsSync(directory)) return { found: directory };
    const temporary = await mkdtemp(`${directory}.partial-`);
    guard.removeAtEnd(temporary);
    try {
      const reason = await fill(temporary);
      if (reason !== undefined) return { missing: reason };
      await rename(temporary, directory);
      return { found: directory };
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  });
}

/** Repeats a report with the time that has passed, so that a long step is seen to be alive. */
export async function reportingTime<T>(
  report: (message: string) => void,
  message: string,
  work: () => Promise<T>,
): Promise<T> {
  report(message);
  const start = Date.now();
  const timer = setInterval(
    () => report(`${message} – ${Math.round((Date.now() - start) / 1000)} s`),
    10_000,
  );
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
