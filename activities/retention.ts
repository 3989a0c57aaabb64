import type { Database } from '../connections/postgres.ts';
import type { RetentionDays } from '../settings/retention-days.ts';
import type { RetentionActivities } from './activities.ts';
import type { ForgetUnusedKeys } from './encryption/forget-unused-keys.ts';

const daysAhead = 3;
/** Small enough that nobody waits for a row, large enough that a statement is worth its while. */
const rowsAtOnce = 5_000;
const longestMs = 20_000;

/**
 * Storage that looks after itself: days of the record made ahead, and dropped when they are older than what is kept; rows of
 * the other tables deleted a few at a time. Every step may be repeated, and stopped in between. How many days are kept is
 * what `aisle migrate` has written; `days` are those that this process was given, only to say where they are others.
 */
export function createRetention(
  database: Database,
  days: RetentionDays,
  forgetUnusedKeys: ForgetUnusedKeys,
): RetentionActivities {
  const deleteOldest = async (table: string): Promise<{ deleted: number; isDone: boolean }> => {
    const { rows } = await database.query<{ count: number }>('SELECT delete_expired($1, $2) AS count', [
      table,
      rowsAtOnce,
    ]);
    const deleted = rows[0]?.count ?? 0;
    return { deleted, isDone: deleted < rowsAtOnce };
  };
  return {
    async prepareRetention() {
      // In a transaction of its own: whoever recomputes rows knows of the bound before anything is gone.
      const { rows: kept } = await database.query<{ table: string }>('SELECT advance_retention() AS table');
      const { rows: made } = await database.query<{ count: number }>(makeDays, [daysAhead]);
      const { rows: others } = await database.query<{ table: string }>(keptForOtherDays, [
        JSON.stringify(days),
      ]);
      return {
        daysMade: made[0]?.count ?? 0,
        tables: kept.map(({ table }) => table),
        keptForOtherDays: others.map(({ table }) => table),
      };
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
        const some = await (table === 'journey_keys' ? forgetUnusedKeys() : deleteOldest(table));
        deleted += some.deleted;
        if (some.isDone || Date.now() >= stopAt) return { deleted, isDone: some.isDone };
      }
    },

    async measureEvents() {
      await database.query('SELECT measure_events()');
    },
  };
}

const makeDays = `
  SELECT empty_default_partition()
    + ensure_event_days((now() AT TIME ZONE 'UTC')::date, (now() AT TIME ZONE 'UTC')::date + $1::integer) AS count`;

const keptForOtherDays = `
  SELECT table_name AS table
  FROM json_each_text($1::json) AS wanted JOIN retention ON table_name = wanted.key
  WHERE days <> wanted.value::integer
  ORDER BY table_name`;
