// The cost of a roll-up follows what was touched, and not what is stored: the same news, on a record that has become twenty
// times as large, has PostgreSQL look at as many pages as before; and what many do in the same minute costs each of them as
// much as what few do. Counted by PostgreSQL itself; no clock has a say.
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createRecordIdentities } from '../../activities/record-identities.ts';
import { recordEvents } from '../../activities/record-events.ts';
import { createTakeNews } from '../../activities/roll-ups/take-news.ts';
import { createRollUp } from '../../activities/roll-up.ts';
import { recordPastVisits } from '../../cli/bench/recorded-visits.ts';
import { createTopics } from '../../connections/create-topics.ts';
import type { MessageProducer } from '../../connections/kafka.ts';
import { migrate } from '../../connections/migrate.ts';
import { connectPostgres, type Database } from '../../connections/postgres.ts';
import type { Activities } from '../../activities/activities.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { shopEvent } from '../support/shop-event.ts';

const storedAtFirst = 12_000;
const growth = 20;
const measured = 3;
const minute = 60_000;
const end = new Date(Date.now() - 60 * minute);
const never = new AbortController().signal;

let deployment: Deployment;
/** Of one connection, whose pages are counted. */
let database: Database;
let producer: MessageProducer;
let rollUp: Activities['rollUp'];
let rounds = 0;

beforeAll(async () => {
  deployment = await deploy();
  const { settings, log, kafka, topics } = deployment;
  await migrate(settings, log);
  await createTopics(kafka, topics, 1, log);
  producer = await kafka.producer();
  database = connectPostgres({ ...settings, DB_POOL_SIZE: 1 }, log, 'aisle-test-roll-up');
  rollUp = createRollUp({
    database,
    producer,
    userActivityTopic: topics.userActivity.name,
    sessionGapMs: settings.SESSION_GAP,
  });
});

afterAll(async () => {
  await Promise.all([database.end(), producer.close()]);
  await deployment.close();
});

async function store(events: number): Promise<void> {
  await deployment.owner.query(
    'TRUNCATE events, user_sessions, user_activity, hourly_funnel, hourly_pages, hourly_products, report_rebuild',
  );
  await recordPastVisits(deployment.database, { events, end }, never);
  const takeNews = createTakeNews(deployment.database, {
    sessionGapMs: deployment.settings.SESSION_GAP,
    continues: true,
  });
  while ((await takeNews(10_000)).hasMore);
  // Nobody has to be told of them here.
  await deployment.owner.query('UPDATE user_activity SET published = true');
  await deployment.owner.query('VACUUM ANALYZE');
}

const user = (id: string) => ({ journeyId: `u1_${id}`, userId: `u1_${id}`, sessionId: `s1_${id}` });

/** People who go on, people who are new, late events in visits that are over, orders, and visitors who log in. */
async function news(name: string): Promise<number> {
  const { rows: visits } = await deployment.database.query<{ journey_id: string; since: Date }>(
    `SELECT journey_id, start_time AS since FROM user_sessions
     WHERE journey_id LIKE 'u1_past%' ORDER BY start_time DESC, journey_id LIMIT 20`,
  );
  const at = end.getTime() + 10 * minute;
  const events: Partial<ShopEvent>[] = [];
  for (let n = 0; n < 20; n += 1) {
    const going = user(`going-${n}`);
    const fresh = user(`${name}-${n}`);
    const visitor = {
      journeyId: `s1_${name}-visitor-${n}`,
      userId: null,
      sessionId: `s1_${name}-visitor-${n}`,
    };
    const visit = visits[n];
    if (!visit) throw new Error('too few visits are stored');
    const late = {
      journeyId: visit.journey_id,
      userId: visit.journey_id,
      time: visit.since.getTime() + 7_001,
    };
    const items = [{ productId: `p${n}`, quantity: 1, price: 5 }];
    events.push(
      { ...going, page: `/product/${n}`, time: at + rounds * 1_000 },
      { ...fresh, page: '/home', time: at },
      {
        ...fresh,
        action: 'purchase',
        page: null,
        time: at + 1_000,
        items,
        value: 5,
        orderId: `o-${name}-${n}`,
      },
      late,
      { ...visitor, page: '/cart', time: at },
    );
    if (n < 5)
      events.push({
        ...visitor,
        ...user(`${name}-known-${n}`),
        sessionId: visitor.sessionId,
        time: at + minute,
      });
  }
  rounds += 1;
  const recorded = events.map((event, n) => shopEvent({ eventId: `${name}-${n}`, ...event }));
  await recordEvents(deployment.database, recorded);
  await createRecordIdentities(deployment.database)(recorded);
  return recorded.length;
}

async function pagesLookedAt(): Promise<number> {
  // Counts reach the view at the end of a transaction, and otherwise once a second at most.
  await database.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await database.query<{ pages: number }>(
    `SELECT sum(hits + reads) AS pages FROM pg_stat_get_backend_io(pg_backend_pid()) WHERE object = 'relation'`,
  );
  return rows[0]?.pages ?? 0;
}

/** Pages of the middle one of some roll-ups; the first one, which makes the plans, is left out. */
async function costOfNews(name: string): Promise<number> {
  const costs: number[] = [];
  for (let round = 0; round <= measured; round += 1) {
    const events = await news(`${name}${round}`);
    const before = await pagesLookedAt();
    expect(await rollUp()).toMatchObject({ events, slices: 1, behind: false });
    costs.push((await pagesLookedAt()) - before);
  }
  return middleOf(costs.slice(1));
}

const middleOf = (costs: readonly number[]): number =>
  [...costs].sort((one, other) => one - other)[Math.floor(costs.length / 2)] ?? 0;

test('a roll-up of the same news looks at as many pages when twenty times as much is stored', async () => {
  await store(storedAtFirst);
  const few = await costOfNews('few');
  await store(storedAtFirst * growth);
  const many = await costOfNews('many');
  expect(few).toBeGreaterThan(1_000);
  expect(many / few, `${many} pages against ${few}`).toBeLessThanOrEqual(1.5);
});

test('in a minute of two thousand people a roll-up looks at as many pages for each as in a minute of a hundred', async () => {
  await store(storedAtFirst);
  const costOfEach = async (name: string, people: number): Promise<number> => {
    // Later than what went before: all of it goes on.
    const costs: number[] = [];
    for (let round = 0; round <= measured; round += 1) {
      const time = end.getTime() + 20 * minute + rounds * 1_000;
      rounds += 1;
      const events = Array.from({ length: people }, (_, n) =>
        shopEvent({
          eventId: `${name}-${round}-${n}`,
          ...user(`${name}-${n}`),
          time,
          page: '/home',
          action: 'pageview',
        }),
      );
      await recordEvents(deployment.database, events);
      const before = await pagesLookedAt();
      expect(await rollUp()).toMatchObject({ events: people, minutes: people });
      costs.push(((await pagesLookedAt()) - before) / people);
    }
    return middleOf(costs.slice(1));
  };
  const few = await costOfEach('few-people', 100);
  const many = await costOfEach('many-people', 2_000);
  expect(many / few, `${many} pages against ${few}`).toBeLessThanOrEqual(1.5);
});
