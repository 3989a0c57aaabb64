import { mkdir, statfs } from 'node:fs/promises';

import { SetupError } from './setup-error.ts';

const megabyte = 1024 * 1024;

/** Needed where something is fetched or built: compilers and package managers keep caches of their own beside ours. */
export const megabytesToBuild = 2048;
/** Needed where servers only keep their data. */
export const megabytesToRun = 500;

/** Makes the folder; throws a `SetupError` when it cannot be written to or its disk is nearly full. */
export async function makeRoomyDirectory(
  directory: string,
  neededMegabytes: number,
  purpose: string,
): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw new SetupError(
      `${purpose} needs the folder ${directory}, which cannot be made: ${reasonOf(error)}.`,
    );
  }
  const disk = await statfs(directory);
  const free = Math.floor((disk.bavail * disk.bsize) / megabyte);
  if (free < neededMegabytes) throw new SetupError(tooLittleRoom(directory, free, neededMegabytes, purpose));
}

export function tooLittleRoom(directory: string, free: number, needed: number, purpose: string): string {
  return `${purpose} needs ${needed} MB free on the disk of ${directory}, which has ${free} MB: free some space.`;
}

/** A file system error in words. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EROFS') return 'its file system is read-only';
  if (code === 'ENOSPC') return 'the disk is full';
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'a file is in its place';
  return (error as Error).message;
}
