const windowMs = 60_000;
const mostInWindow = 5;
const firstDelayMs = 250;
const longestDelayMs = 5_000;

/** An exit code that says: the settings are wrong, starting again cannot help. */
export const wrongSettingsExitCode = 78;

/**
 * Milliseconds to wait before a process that ended is started again, doubling with each end within a minute; `give up`
 * after the fifth. `endedAt` are the times of its ends in milliseconds, the present one included.
 */
export function restartAfter(endedAt: readonly number[], now: number): number | 'give up' {
  const recent = endedAt.filter((time) => now - time < windowMs).length;
  if (recent > mostInWindow) return 'give up';
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, recent - 1));
}
