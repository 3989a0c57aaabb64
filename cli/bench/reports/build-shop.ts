import { createTakeNews } from '../../../activities/roll-ups/take-news.ts';
import type { Database } from '../../../connections/postgres.ts';
import { readSql } from '../../../connections/sql-file.ts';
import type { Bench } from '../scenario.ts';

export interface ShopPlan {
  /** Midnight of the first day, UTC. */
  readonly since: Date;
  readonly days: number;
  readonly sessionsADay: number;
  readonly sessionGapMs: number;
}

interface Part {
  readonly begins: Date;
  readonly sessions: number;
}

const hourMs = 60 * 60 * 1000;
const partHours = 4;
/** Shares of a day's sessions: few at night, most in the afternoon. */
const partShares = [0.02, 0.06, 0.2, 0.28, 0.28, 0.16] as const;
const writers = 2;
const eventsInSlice = 250_000;
const partsBetweenWords = 30;

/**
 * Fills the record with days of a shop, in its partitions, and rolls them up. Gives the number of events. Kafka and the
 * bridge have no part in it: what they reach is measured elsewhere.
 */
export async function buildShop(bench: Bench, database: Database, plan: ShopPlan): Promise<number> {
  const { tell } = bench;
  // What is written here at once is more than any statement of the running system.
  database.on('connect', (client) => void client.query('SET statement_timeout = 0'));
  const events = await fill(bench, database, plan);
  await rollUp(bench, database, plan.sessionGapMs);
  tell('Telling of carts, and measuring the tables for the planner.');
  await database.query(readSql('bench/carts.sql'));
  await database.query('VACUUM ANALYZE');
  return events;
}

async function fill({ signal, tell }: Bench, database: Database, plan: ShopPlan): Promise<number> {
  const parts = partsOf(plan);
  const sql = readSql('bench/shop-hours.sql');
  const days = [parts[0], parts.at(-1)].map((part) => part?.begins.toISOString().slice(0, 10));
  await database.query('SELECT ensure_event_days($1, $2::date + 1)', days);
  let written = 0;
  let next = 0;
  const write = async (): Promise<void> => {
    for (;;) {
      signal.throwIfAborted();
      const part = parts[next];
      if (!part) return;
      next += 1;
      const values = [part.begins, `${partHours} hours`, part.sessions];
      const { rowCount } = await database.query(sql, values);
      written += rowCount ?? 0;
      if (next % partsBetweenWords === 0) tell(`${written} events are written.`);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  await database.query('ANALYZE');
  return written;
}

function partsOf({ since, days, sessionsADay }: ShopPlan): Part[] {
  return Array.from({ length: days }, (_, day) =>
    partShares.map((share, part) => ({
      begins: new Date(since.getTime() + (day * 24 + part * partHours) * hourMs),
      sessions: Math.round(sessionsADay * share),
    })),
  ).flat();
}

async function rollUp({ signal, tell }: Bench, database: Database, sessionGapMs: number): Promise<void> {
  const takeNews = createTakeNews(database, { sessionGapMs, continues: true });
  let taken = 0;
  for (let hasMore = true; hasMore;) {
    signal.throwIfAborted();
    const slice = await takeNews(eventsInSlice);
    taken += slice.events;
    hasMore = slice.hasMore;
    tell(`${taken} events are rolled up.`);
  }
}
