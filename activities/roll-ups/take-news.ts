import { inTransaction, type Database, type DatabaseSession } from '../../connections/postgres.ts';
import { readSql } from '../../connections/sql-file.ts';

/** What one slice of news came to. */
export interface Taken {
  readonly events: number;
  /** Rows written. */
  readonly sessions: number;
  readonly minutes: number;
  readonly hasMore: boolean;
}

export type TakeNews = (mostEvents: number) => Promise<Taken>;

interface Slice {
  readonly before: string;
  readonly has_more: boolean;
  readonly events: number;
}

export interface TakeNewsOptions {
  readonly sessionGapMs: number;
  /** False recomputes also what only goes on; the rows are the same. */
  readonly continues: boolean;
}

/**
 * Brings sessions, minutes and hourly sums up to date with the next slice of what was recorded: at most so many events, or
 * one transaction that has more. Rows and mark change in one transaction, so that each event is added once.
 */
export function createTakeNews(database: Database, { sessionGapMs, continues }: TakeNewsOptions): TakeNews {
  const sliceSql = readSql('roll-ups/slice.sql');
  const run = createRollUpStatements(sessionGapMs);

  return (mostEvents) =>
    inTransaction(database, async (session) => {
      const from = await lockMark(session);
      const { rows } = await session.query<Slice>({
        name: 'roll-up-slice',
        text: sliceSql,
        values: [from, mostEvents],
      });
      const [slice] = rows;
      if (!slice) throw new Error('the bounds of a slice are always one row');
      const news = { from, before: slice.before };
      const written = await run.journeys(session, news, { continues, journeys: [] });
      if (slice.events > 0) {
        await run.hours(session, news, ['-infinity', 'infinity']);
        await run.loadTimes(session, news, ['-infinity', 'infinity']);
      }
      await session.query(`UPDATE roll_up_marks SET recorded_before = $1::xid8 WHERE name = 'news'`, [
        slice.before,
      ]);
      return { ...written, events: slice.events, hasMore: slice.has_more };
    });
}

/** Locks the mark, so that no two roll-ups or rebuilds overlap, and gives the first transaction that is not rolled up. */
export async function lockMark(session: DatabaseSession): Promise<string> {
  const { rows } = await session.query<{ mark: string }>(
    `SELECT recorded_before::text AS mark FROM roll_up_marks WHERE name = 'news' FOR UPDATE`,
  );
  const mark = rows[0]?.mark;
  if (mark === undefined) throw new Error('there is no roll-up mark: run `npm run migrate`');
  await session.query(planning);
  return mark;
}

/**
 * The statements read stored rows journey by journey, in lateral joins over indexes; any other join is of what they have
 * read, and best hashed. A plan made for these numbers would cost more than it gains; so would compiling it. Plans are kept:
 * one made while a table is new and empty would go through it from end to end for each journey, until it is analysed.
 */
const planning = `
  SET LOCAL enable_nestloop = off;
  SET LOCAL enable_seqscan = off;
  SET LOCAL plan_cache_mode = force_generic_plan;
  SET LOCAL jit = off`;

/** Transactions, the last one excluded. */
export interface Transactions {
  readonly from: string;
  readonly before: string;
}

export type RollUpStatements = ReturnType<typeof createRollUpStatements>;

/** The statements of `sql/roll-ups/`, for a transaction that holds the mark. */
export function createRollUpStatements(sessionGapMs: number) {
  const named = (name: string) => ({ name: `roll-up-${name}`, text: readSql(`roll-ups/${name}.sql`) });
  const sessionsSql = named('sessions');
  const minutesSql = named('minutes');
  const hourlySql = [named('pages'), named('products')];
  const loadTimesSql = named('load-times');

  return {
    /** Sessions and minutes, and with them the hours' sessions and visitors. */
    async journeys(
      session: DatabaseSession,
      { from, before }: Transactions,
      { continues, journeys }: { continues: boolean; journeys: readonly string[] },
    ): Promise<{ sessions: number; minutes: number }> {
      const sessions = await session.query<{ written: number; emptied_hours: Date[] }>({
        ...sessionsSql,
        values: [from, before, sessionGapMs / 1000, continues, journeys],
      });
      const minutes = await session.query<{ written: number }>({
        ...minutesSql,
        values: [from, before, continues, journeys],
      });
      const emptied = sessions.rows[0]?.emptied_hours ?? [];
      if (emptied.length > 0)
        await session.query('DELETE FROM hourly_funnel WHERE hour = ANY ($1) AND sessions = 0', [emptied]);
      return { sessions: sessions.rows[0]?.written ?? 0, minutes: minutes.rows[0]?.written ?? 0 };
    },

    /** Adds views and products; a time is `[from, before)`. */
    async hours(session: DatabaseSession, { from, before }: Transactions, time: readonly unknown[]) {
      for (const statement of hourlySql)
        await session.query({ ...statement, values: [from, before, ...time] });
    },

    async loadTimes(session: DatabaseSession, { from, before }: Transactions, time: readonly unknown[]) {
      await session.query({ ...loadTimesSql, values: [from, before, ...time] });
    },
  };
}
