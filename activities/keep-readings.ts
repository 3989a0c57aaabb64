import { setTimeout as sleep } from 'node:timers/promises';

import type { Log } from '../connections/log.ts';
import { outageNotice } from '../connections/outage-notice.ts';
import { isDatabaseUnavailable, type Database } from '../connections/postgres.ts';

/** One number about the system itself, as `system_metrics` keeps it. */
export interface Reading {
  readonly metric: string;
  readonly value: number;
  /** What it is of, such as a consumer group, or who counted: with metric and instant the key of the reading. */
  readonly source: string;
}

export const readEveryMs = 10_000;
/** While PostgreSQL is away so many instants wait to be written; counters go on counting meanwhile. */
const mostWaiting = 30;

export interface KeepReadings {
  readonly database: Database;
  readonly take: () => Promise<readonly Reading[]>;
  readonly log: Log;
  readonly stopping: AbortSignal;
  readonly everyMs?: number;
}

/**
 * Takes readings at every multiple of ten seconds until `stopping`, and once more at its end, and writes each instant's in one
 * statement. The instants are the same in all processes, so that what two of them read of one thing is one row.
 */
export async function keepReadings(options: KeepReadings): Promise<void> {
  const { database, take, log, stopping, everyMs = readEveryMs } = options;
  let waiting: ReadingRow[] = [];
  let instants = 0;
  const notice = outageNotice(log, {
    away: 'readings of the system could not be written; trying again',
    back: 'readings of the system are written again',
  });
  for (let isLast = false; !isLast;) {
    const at = await untilNextInstant(everyMs, stopping);
    isLast = stopping.aborted;
    if (instants < mostWaiting) {
      waiting.push(...(await take()).map((reading) => rowOf(reading, at)));
      instants += 1;
    }
    try {
      if (waiting.length > 0)
        await database.query({
          name: 'write-readings',
          text: writeReadings,
          values: [JSON.stringify(waiting)],
        });
      waiting = [];
      instants = 0;
      notice.onWorked();
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      notice.onRetry(error);
    }
  }
}

/** The instant that has come, or the moment of the stop. */
async function untilNextInstant(everyMs: number, stopping: AbortSignal): Promise<number> {
  const now = Date.now();
  const next = (Math.floor(now / everyMs) + 1) * everyMs;
  await sleep(next - now, undefined, { signal: stopping }).catch(() => undefined);
  return stopping.aborted ? Date.now() : next;
}

interface ReadingRow {
  readonly metric_name: string;
  readonly metric_value: number;
  readonly timestamp: string;
  readonly source: string;
}

const rowOf = ({ metric, value, source }: Reading, at: number): ReadingRow => ({
  metric_name: metric,
  metric_value: value,
  timestamp: new Date(at).toISOString(),
  source,
});

const writeReadings = `
  INSERT INTO system_metrics (metric_name, metric_value, "timestamp", source)
  SELECT metric_name, metric_value, "timestamp", source
  FROM jsonb_to_recordset($1::jsonb) AS r(
    metric_name text, metric_value float8, "timestamp" timestamptz, source text)
  ON CONFLICT DO NOTHING`;
