import { utimes, writeFile } from 'node:fs/promises';

const refreshEveryMs = 5_000;

/**
 * Keeps a file's time fresh while the process can do so: a container's health check looks at its age. A process that
 * hangs or has ended leaves it to grow old. Returns the function that ends it.
 */
export async function keepAlive(path: string | undefined): Promise<() => void> {
  if (path === undefined) return () => undefined;
  await writeFile(path, '');
  const timer = setInterval(() => {
    const now = new Date();
    // Without the file the check fails, and that is the right report.
    utimes(path, now, now).catch(() => undefined);
  }, refreshEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
