import { ApplicationFailure, isCancellation, log, proxyActivities } from '@temporalio/workflow';

import type { RetentionActivities } from '../activities/activities.ts';

/** A step fails while others hold a lock for long, and is tried again; one that keeps failing is for the next run. */
const { prepareRetention, dropExpiredDay, deleteExpired, measureEvents } =
  proxyActivities<RetentionActivities>({
    startToCloseTimeout: '2m',
    scheduleToCloseTimeout: '20m',
    retry: { initialInterval: '2s', maximumInterval: '1m' },
  });

const mostDaysInARun = 1_000;
const mostRoundsOfATable = 100;

export interface RetentionReport {
  readonly daysMade: number;
  readonly daysDropped: number;
  /** Rows by table; only tables that had some. */
  readonly deleted: Readonly<Record<string, number>>;
}

/**
 * Started by a schedule. Makes days of the record ahead and lets go what is older than `RETENTION_DAYS`; running it twice
 * changes nothing more. What one run does not get done is left to the next. A table that cannot be cleaned holds up no
 * other, and fails the run at its end.
 */
export async function retention(): Promise<RetentionReport> {
  const { daysMade, tables, keptForOtherDays = [] } = await prepareRetention();
  if (keptForOtherDays.length > 0)
    log.warn('RETENTION_DAYS is not what the database keeps: run aisle migrate with it', {
      tables: keptForOtherDays,
    });
  let daysDropped = 0;
  const deleted: Record<string, number> = {};
  const failed: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.error('retention is incomplete', { what, error });
      failed.push(what);
    }
  };

  await attempt('days of the record', async () => {
    while (daysDropped < mostDaysInARun && (await dropExpiredDay())) daysDropped += 1;
    if (daysMade + daysDropped > 0) await measureEvents();
  });
  for (const table of tables) {
    await attempt(table, async () => {
      for (let round = 0; round < mostRoundsOfATable; round += 1) {
        const { deleted: count, isDone } = await deleteExpired(table);
        if (count > 0) deleted[table] = (deleted[table] ?? 0) + count;
        if (isDone) return;
      }
    });
  }
  if (failed.length > 0) {
    throw ApplicationFailure.nonRetryable(`retention could not finish: ${failed.join(', ')}`);
  }
  return { daysMade, daysDropped, deleted };
}
