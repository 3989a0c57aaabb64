import { readFile } from 'node:fs/promises';

import { watch, type Watch } from './watch.ts';

export interface MemorySample {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly residentBytes: number;
}

const everyMs = 250;

/** Notes a process's resident memory until `stop`; nothing where there is no `/proc`. */
export const watchMemory = (pid: number | undefined): Watch<MemorySample> =>
  watch(everyMs, async () => {
    const residentBytes = parseResidentBytes(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''));
    return residentBytes === null ? null : { at: Date.now(), residentBytes };
  });

/** Reads `VmRSS` of `/proc/<pid>/status` (proc_pid_status(5)); `null` for anything else. */
export function parseResidentBytes(status: string): number | null {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

/** The most that was resident between two instants; `null` without a sample. */
export function mostResident(samples: readonly MemorySample[], from: number, until: number): number | null {
  const within = samples.filter(({ at }) => at >= from && at < until);
  return within.length > 0 ? Math.max(...within.map(({ residentBytes }) => residentBytes)) : null;
}
