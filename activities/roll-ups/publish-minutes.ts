import type { MessageProducer } from '../../connections/kafka.ts';
import { inTransaction, type Database } from '../../connections/postgres.ts';
import { readSql } from '../../connections/sql-file.ts';

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

/** A worker writes 2,000 messages in a third of a second, in which it answers nobody's step. */
const mostAtOnce = 200;

/**
 * Tells the topic of minutes that have ended, or were corrected since; resolves to whether there may be more. Told before
 * it is noted as told: a crash between the two tells it again, with the same numbers.
 */
export function createPublishMinutes(
  database: Database,
  producer: MessageProducer,
  topic: string,
): () => Promise<boolean> {
  const text = readSql('roll-ups/unpublished-minutes.sql');
  return () =>
    inTransaction(database, async (session) => {
      const { rows } = await session.query<MinuteRow>(text, [mostAtOnce]);
      if (rows.length > 0) await producer.send(topic, rows.map(toMessage));
      return rows.length === mostAtOnce;
    });
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
