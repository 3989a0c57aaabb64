// A roll-up reads the rows of the journeys that it touches, by an index each, and never a table from end to end: also where
// its statements were planned while the tables were empty, as they are on a new system, and nothing has analysed them since.
import { afterAll, beforeAll, expect, test } from 'vitest';

import { recordEvents } from '../../activities/record-events.ts';
import { createTakeNews } from '../../activities/roll-ups/take-news.ts';
import { migrate } from '../../connections/migrate.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { shopEvent } from '../support/shop-event.ts';

const journeys = 200;
const eventsOfEach = 100;

let deployment: Deployment;

beforeAll(async () => {
  // One connection, which keeps the plans of its statements.
  deployment = await deploy({ DB_POOL_SIZE: '1' });
  await migrate(deployment.settings, deployment.log);
  await keepAutovacuumAway();
});

afterAll(() => deployment.close());

test('plans made for empty tables hold for full ones', async () => {
  const { database } = deployment;
  const takeNews = createTakeNews(database, { sessionGapMs: 30 * 60_000, continues: true });
  const start = Date.now() - 60_000;
  const ofRound = (round: number) =>
    Array.from({ length: journeys }, (_, at) =>
      shopEvent({
        eventId: `e-${round}-${at}`,
        journeyId: `u1_${at}`,
        userId: `u1_${at}`,
        time: start + round * 100,
        action: 'pageview',
      }),
    );
  await recordEvents(database, ofRound(0));
  await takeNews(10_000);
  // Backwards in time: nothing merely goes on, and each journey's earlier rows are read again.
  for (let round = eventsOfEach; round > 0; round -= 1) await recordEvents(database, ofRound(round));
  const before = await rowsReadWhole();
  for (let hasMore = true; hasMore;) ({ hasMore } = await takeNews(2_000));
  const read = await rowsReadWhole();
  for (const table of ['user_sessions', 'user_activity']) {
    expect([table, (read.get(table) ?? 0) - (before.get(table) ?? 0)]).toEqual([table, 0]);
  }
  const ofDays = [...read].filter(([table]) => /^events_/.test(table));
  expect(ofDays.length).toBeGreaterThan(0);
  for (const [table, rows] of ofDays) expect([table, rows - (before.get(table) ?? 0)]).toEqual([table, 0]);
  const { rows } = await database.query<{ events: number }>(
    'SELECT sum(events)::int AS events FROM user_sessions',
  );
  expect(rows).toEqual([{ events: journeys * (eventsOfEach + 1) }]);
});

/**
 * It would analyse the tables, and it sums up new pages for the index of times, which counts as reading them from end to end
 * and may happen at any moment.
 */
async function keepAutovacuumAway(): Promise<void> {
  const { owner } = deployment;
  const { rows: tables } = await owner.query<{ name: string }>(
    `SELECT relid::regclass::text AS name FROM pg_partition_tree('events') WHERE isleaf`,
  );
  for (const { name } of [...tables, { name: 'user_sessions' }, { name: 'user_activity' }])
    await owner.query(`ALTER TABLE ${name} SET (autovacuum_enabled = off)`);
  const { rows: indexes } = await owner.query<{ name: string }>(
    `SELECT relid::regclass::text AS name FROM pg_partition_tree('events_timestamp') WHERE isleaf`,
  );
  for (const { name } of indexes) await owner.query(`ALTER INDEX ${name} SET (autosummarize = off)`);
}

/** Rows read by going through a table from end to end, since it is there. */
async function rowsReadWhole(): Promise<Map<string, number>> {
  const { database } = deployment;
  await database.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await database.query<{ relname: string; rows: string }>(
    'SELECT relname, seq_tup_read AS rows FROM pg_stat_all_tables',
  );
  return new Map(rows.map(({ relname, rows: read }) => [relname, Number(read)]));
}
