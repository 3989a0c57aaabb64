import type { RetentionActivities } from '../../activities/activities.ts';

/** Stands in for the database: what has expired in it, and what cannot be cleaned. */
export interface ExpiringStore {
  daysExpired: number;
  /** Steps' worth of rows, by table. */
  readonly rows: Record<string, number>;
  readonly broken: ReadonlySet<string>;
  measured: number;
}

export const retentionOf = (store: ExpiringStore): RetentionActivities => ({
  prepareRetention: async () => ({ daysMade: 0, tables: Object.keys(store.rows) }),
  dropExpiredDay: async () => {
    if (store.broken.has('days')) throw new Error('locked for ever');
    store.daysExpired -= 1;
    return store.daysExpired >= 0;
  },
  deleteExpired: async (table) => {
    if (store.broken.has(table)) throw new Error('the table is broken');
    const left = store.rows[table] ?? 0;
    store.rows[table] = Math.max(0, left - 1);
    return { deleted: left > 0 ? 10 : 0, isDone: left <= 1 };
  },
  measureEvents: async () => {
    store.measured += 1;
  },
});
