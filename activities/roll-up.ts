import type { MessageProducer } from '../connections/kafka.ts';
import { inTransaction, type Database, type DatabaseSession } from '../connections/postgres.ts';
import { readSql } from '../connections/sql-file.ts';
import type { RollUpActivities } from './activities.ts';
import { createMeasureLoadTimes } from './measure-load-times.ts';

const mostMinutesAtOnce = 2_000;

interface MinuteRow {
  readonly journey_id: string;
  readonly user_id: string | null;
  readonly window_end_time: Date;
  readonly pageviews: number;
  readonly clicks: number;
  readonly scrolls: number;
  readonly form_submits: number;
  readonly video_plays: number;
  readonly pages_visited: readonly string[];
  readonly bot: boolean;
}

/** Roll-ups over all users, each one statement over what was recorded since its last run. */
export function createRollUp(
  database: Database,
  producer: MessageProducer,
  userActivityTopic: string,
  sessionGapMs: number,
): RollUpActivities['rollUp'] {
  const sessionsSql = readSql('roll-ups/sessions.sql');
  const minutesSql = readSql('roll-ups/minutes.sql');
  const measureLoadTimes = createMeasureLoadTimes(database);
  const unpublishedSql = readSql('roll-ups/unpublished-minutes.sql');

  return async () => {
    const sessions = await advance(database, 'sessions', sessionsSql, [sessionGapMs / 1000, true]);
    const minutes = await advance(database, 'minutes', minutesSql, [true]);
    while ((await publishMinutes()) === mostMinutesAtOnce);
    await measureLoadTimes();
    return { sessions, minutes };
  };

  /** Told to the topic before it is noted as told: a crash between the two tells it again, with the same numbers. */
  function publishMinutes(): Promise<number> {
    return inTransaction(database, async (session) => {
      const { rows } = await session.query<MinuteRow>(unpublishedSql, [mostMinutesAtOnce]);
      if (rows.length > 0) await producer.send(userActivityTopic, rows.map(toMessage));
      return rows.length;
    });
  }
}

/**
 * Runs a roll-up over the transactions between its mark and the oldest one still under way, and moves the mark.
 * A transaction that commits late is thus never skipped, whatever the clocks say.
 */
function advance(
  database: Database,
  name: string,
  sql: string,
  parameters: readonly unknown[],
): Promise<number> {
  return inTransaction(database, async (session) => {
    const { from, before } = await boundsOf(session, name);
    const { rows } = await session.query<{ written: number }>(sql, [from, before, ...parameters]);
    await session.query('UPDATE roll_up_marks SET recorded_before = $2::xid8 WHERE name = $1', [
      name,
      before,
    ]);
    return rows[0]?.written ?? 0;
  });
}

async function boundsOf(session: DatabaseSession, name: string): Promise<{ from: string; before: string }> {
  const marks = await session.query<{ from: string }>(
    'SELECT recorded_before::text AS from FROM roll_up_marks WHERE name = $1 FOR UPDATE',
    [name],
  );
  const from = marks.rows[0]?.from;
  if (from === undefined) throw new Error(`there is no roll-up mark named ${name}`);
  const bound = await session.query<{ before: string }>(
    'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS before',
  );
  return { from, before: bound.rows[0]?.before ?? from };
}

function toMessage(row: MinuteRow) {
  const { pageviews, clicks, scrolls, form_submits, video_plays, pages_visited: pages } = row;
  return {
    key: row.journey_id,
    value: JSON.stringify({
      user_id: row.user_id,
      journey_id: row.journey_id,
      window_end_time: row.window_end_time.toISOString(),
      activity: { pageviews, clicks, scrolls, form_submits, video_plays, pages },
      bot: row.bot,
    }),
  };
}
