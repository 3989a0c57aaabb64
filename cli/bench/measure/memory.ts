import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

export interface MemorySample {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly residentBytes: number;
}

const everyMs = 250;

/** Notes a process's resident memory until `stop`; nothing where there is no `/proc`. */
export function watchMemory(pid: number | undefined): {
  readonly samples: readonly MemorySample[];
  readonly stop: () => Promise<void>;
} {
  const samples: MemorySample[] = [];
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const residentBytes = parseResidentBytes(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''));
      if (residentBytes !== null) samples.push({ at: Date.now(), residentBytes });
      await delay(everyMs, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return {
    samples,
    stop: () => {
      over.abort();
      return watching;
    },
  };
}

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
