import { inTransaction, type Database, type DatabaseSession } from '../../connections/postgres.ts';
import { readSql } from '../../connections/sql-file.ts';
import { createRollUpStatements, lockMark } from './take-news.ts';

export type RebuildStep =
  | { readonly of: 'journeys'; readonly journeys: number }
  | { readonly of: 'hours'; readonly until: Date }
  /** Nothing is left to do, or nothing was asked for. */
  | { readonly of: 'nothing' };

export interface RebuildReports {
  /** Asks for a rebuild; one that is under way goes on where it is. */
  readonly request: () => Promise<void>;
  /** Takes the next step in one transaction. Roll-ups wait meanwhile, so a step is short. */
  readonly step: () => Promise<RebuildStep>;
}

/** A step recomputes the journeys of about so many events. */
const eventsInStep = 5_000;
/** A busy hour takes longer than other statements may. */
const longestHourMs = 10 * 60_000;

interface Progress {
  readonly journeys_after: string;
  readonly next_hour: Date | null;
}

/**
 * Makes all that is derived from the record again: first every journey's sessions and minutes, then the hourly and daily sums.
 * How far it has come is written with each step; whoever takes the next one goes on from there.
 */
export function createRebuildReports(database: Database, sessionGapMs: number): RebuildReports {
  const run = createRollUpStatements(sessionGapMs);
  const [nextJourneys, nextHours, visitors, funnel] = [
    'next-journeys',
    'next-hours',
    'visitors',
    'funnel',
  ].map((name) => readSql(`roll-ups/rebuild/${name}.sql`)) as [string, string, string, string];

  return {
    request: async () => {
      await database.query(
        `INSERT INTO report_rebuild AS known DEFAULT VALUES ON CONFLICT (only_row) DO UPDATE
         SET requested_at = now(), journeys_after = '', next_hour = NULL, finished_at = NULL
         WHERE known.finished_at IS NOT NULL`,
      );
    },
    step: () =>
      inTransaction(database, async (session) => {
        const { rows } = await session.query<Progress>(
          'SELECT journeys_after, next_hour FROM report_rebuild WHERE finished_at IS NULL',
        );
        if (!rows[0]) return { of: 'nothing' };
        const mark = await lockMark(session);
        // Read again: another one may have taken a step while this one waited for the lock.
        const again = await session.query<Progress>(
          'SELECT journeys_after, next_hour FROM report_rebuild WHERE finished_at IS NULL',
        );
        const progress = again.rows[0];
        if (!progress) return { of: 'nothing' };
        if (progress.next_hour === null) {
          const step = await journeysStep(session, mark, progress.journeys_after);
          if (step.journeys > 0) return step;
        }
        return hoursStep(session, mark, progress.next_hour);
      }),
  };

  async function journeysStep(session: DatabaseSession, mark: string, after: string) {
    const { rows } = await session.query<{ journeys: string[]; last: string | null }>(nextJourneys, [
      after,
      eventsInStep,
    ]);
    const { journeys, last } = rows[0] ?? { journeys: [], last: null };
    if (last !== null) {
      await run.journeys(session, { from: mark, before: mark }, { continues: false, journeys });
      await session.query('UPDATE report_rebuild SET journeys_after = $1', [last]);
    }
    return { of: 'journeys', journeys: journeys.length } as const;
  }

  async function hoursStep(session: DatabaseSession, mark: string, from: Date | null): Promise<RebuildStep> {
    await session.query(`SET LOCAL statement_timeout = ${longestHourMs}`);
    const { rows } = await session.query<{ since: Date | null; until: Date }>(nextHours, [from]);
    const { since = null, until } = rows[0] ?? {};
    if (since === null || until === undefined) {
      await session.query('UPDATE report_rebuild SET finished_at = now()');
      return { of: 'nothing' };
    }
    await rebuildHours(session, mark, since, until);
    await session.query('UPDATE report_rebuild SET next_hour = $1', [until]);
    return { of: 'hours', until };
  }

  async function rebuildHours(session: DatabaseSession, mark: string, since: Date, until: Date) {
    const recorded = { from: '0', before: mark };
    for (const table of ['hourly_funnel', 'hourly_pages', 'hourly_products'])
      await session.query(`DELETE FROM ${table} WHERE hour >= $1 AND hour < $2`, [since, until]);
    await session.query('DELETE FROM orders WHERE purchased_at >= $1 AND purchased_at < $2', [since, until]);
    await run.hours(session, recorded, [since, until]);
    await session.query(visitors, [since, until]);
    await session.query(funnel, [since, until]);
    if (since.getTime() % dayMs === 0) await rebuildDays(session, recorded, since, until);
  }

  /** The days that begin in these hours, each as a whole. */
  async function rebuildDays(
    session: DatabaseSession,
    recorded: { from: string; before: string },
    since: Date,
    until: Date,
  ) {
    const end = new Date(Math.ceil(until.getTime() / dayMs) * dayMs);
    await session.query(
      `DELETE FROM daily_load_times
       WHERE day >= ($1::timestamptz AT TIME ZONE 'UTC')::date AND day < ($2::timestamptz AT TIME ZONE 'UTC')::date`,
      [since, end],
    );
    await run.loadTimes(session, recorded, [since, end]);
  }
}

const dayMs = 24 * 60 * 60 * 1000;
