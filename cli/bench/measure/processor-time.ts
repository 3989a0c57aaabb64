import { readdir, readFile } from 'node:fs/promises';

/** Linux counts processor time in hundredths of a second wherever Node runs, whatever the kernel's own clock. */
const ticksPerSecond = 100;

export interface ProcessTimes {
  readonly group: number;
  /** User and system time together. */
  readonly seconds: number;
}

/**
 * Processor seconds that the living processes of a group have used since they started; `null` where there is no `/proc`.
 * Each server leads a group of its own, and PostgreSQL's processes belong to it.
 */
export async function processorSeconds(group: number | undefined): Promise<number | null> {
  if (group === undefined) return null;
  const names = await readdir('/proc').catch(() => []);
  let seconds: number | null = null;
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    // A process may end between the listing and the reading.
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const times = parseProcessTimes(text);
    if (times?.group === group) seconds = (seconds ?? 0) + times.seconds;
  }
  return seconds;
}

/** The same of several groups together; `null` where one of them cannot be read. */
export async function processorSecondsOfAll(groups: readonly (number | undefined)[]): Promise<number | null> {
  const seconds = await Promise.all(groups.map((group) => processorSeconds(group)));
  return seconds.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0);
}

/** Reads `/proc/<pid>/stat` (proc_pid_stat(5)); a command's name may hold spaces and brackets. `null` for anything else. */
export function parseProcessTimes(text: string): ProcessTimes | null {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [group, user, system] = [fields[2], fields[11], fields[12]].map(Number);
  if (group === undefined || user === undefined || system === undefined) return null;
  const seconds = (user + system) / ticksPerSecond;
  return Number.isFinite(group + seconds) ? { group, seconds } : null;
}

/** The difference of two readings; `null` where one is missing. */
export function spent(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}
