import type { Database } from '../connections/postgres.ts';
import { writeRetentionDays } from '../connections/retention-days.ts';
import type { RetentionDays } from '../settings/retention-days.ts';
import type { RetentionActivities } from './activities.ts';

const daysAhead = 3;
/** Small enough that nobody waits for a row, large enough that a statement is worth its while. */
const rowsAtOnce = 5_000;
const longestMs = 20_000;

/**
 * Storage that looks after itself: days of the record made ahead, and dropped when they are older than what is kept; rows of
 * the other tables deleted a few at a time. Every step may be repeated, and stopped in between.
 */
export function createRetention(database: Database, days: RetentionDays): RetentionActivities {
  return {
    async prepareRetention() {
      await writeRetentionDays(database, days);
      // In a transaction of its own: whoever recomputes rows knows of the bound before anything is gone.
      const { rows: kept } = await database.query<{ table: string }>(advance);
      const { rows: made } = await database.query<{ count: number }>(makeDays, [daysAhead]);
      return { daysMade: made[0]?.count ?? 0, tables: kept.map(({ table }) => table) };
    },

    async dropExpiredDay() {
      const { rows } = await database.query<{ dropped: number }>(
        'SELECT drop_expired_event_days(1) AS dropped',
      );
      return rows[0]?.dropped === 1;
    },

    async deleteExpired(table) {
      const stopAt = Date.now() + longestMs;
      for (let deleted = 0; ;) {
        const { rows } = await database.query<{ count: number }>('SELECT delete_expired($1, $2) AS count', [
          table,
          rowsAtOnce,
        ]);
        const count = rows[0]?.count ?? 0;
        deleted += count;
        const isDone = count < rowsAtOnce;
        if (isDone || Date.now() >= stopAt) return { deleted, isDone };
      }
    },

    async measureEvents() {
      await database.query('SELECT measure_events()');
    },
  };
}

/** By days of UTC, and never back: what is gone stays gone where more days are wanted. */
const advance = `
  UPDATE retention
  SET kept_since = greatest(kept_since, ((now() AT TIME ZONE 'UTC')::date - days)::timestamp AT TIME ZONE 'UTC')
  RETURNING table_name AS table`;

const makeDays = `
  SELECT empty_default_partition()
    + ensure_event_days((now() AT TIME ZONE 'UTC')::date, (now() AT TIME ZONE 'UTC')::date + $1::integer) AS count`;
