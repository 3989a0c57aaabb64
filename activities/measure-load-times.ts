import type { Database } from '../connections/postgres.ts';
import { readSql } from '../connections/sql-file.ts';

/** Stands in the table for the checkout as a whole. No path is this: paths begin with a slash. */
export const allCheckoutPages = '*';

/** With fewer views nobody can say what is usual. */
const leastViews = 20;
/** Bounds the work of a run; a busy shop has seen as many in less than the day. */
const mostViews = 20_000;

/** Measures how long each checkout page usually takes to load, from what the record holds of the last day. */
export function createMeasureLoadTimes(database: Database): () => Promise<void> {
  const text = readSql('roll-ups/usual-load-times.sql');
  return async () => {
    await database.query({
      name: 'measure-load-times',
      text,
      values: [allCheckoutPages, leastViews, mostViews],
    });
  };
}
