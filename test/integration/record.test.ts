// Every event is recorded exactly once: producers may repeat it, PostgreSQL may refuse its neighbour, break the
// connection or be away for a while. The record waits, skips nothing, and the bridge goes on in the same process.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { createCopyOrInsert } from '../../activities/copy-events.ts';
import { insertOrClaim } from '../../activities/insert-rows.ts';
import { recordEvents } from '../../activities/record-events.ts';
import { connectPostgres, isDatabaseUnavailable } from '../../connections/postgres.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { shopEvent } from '../support/shop-event.ts';
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { breakConnections } from '../support/test-database.ts';
import { openProducer, readJsonTopic } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

let deployment: Deployment;

beforeAll(async () => {
  deployment = await deploy({ BATCH_SIZE: '40' });
  await deployment.migrate();
});

afterAll(() => deployment.close());

async function recordedIds(prefix: string): Promise<string[]> {
  const { rows } = await deployment.database.query<{ event_id: string }>(
    'SELECT event_id FROM events WHERE starts_with(event_id, $1) ORDER BY event_id COLLATE "C"',
    [prefix],
  );
  return rows.map(({ event_id: id }) => id);
}

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(5, '0')}`);

test('an event is one row, repeated within a batch or in a later one; the first version stays', async () => {
  const { database } = deployment;
  const first = shopEvent({ eventId: 'twice-1', page: '/first' });
  const again = shopEvent({ eventId: 'twice-1', page: '/again' });
  expect(await recordEvents(database, [first, again, shopEvent({ eventId: 'twice-2' })])).toEqual([]);
  expect(await recordEvents(database, [again])).toEqual([]);
  expect(await recordedIds('twice-')).toEqual(['twice-1', 'twice-2']);
  const { rows } = await database.query(`SELECT page FROM events WHERE event_id = 'twice-1'`);
  expect(rows).toEqual([{ page: '/first' }]);
});

test.for([
  { at: 0, way: 'inserted', write: insertOrClaim },
  { at: 137, way: 'copied', write: createCopyOrInsert() },
  { at: 499, way: 'copied', write: createCopyOrInsert() },
])(
  'one refused row among 500 that are $way, at $at, is given back and the rest is recorded',
  async ({ at, write }) => {
    const ids = numbered(`refused-${at}-`, 500);
    // The parser takes NUL out of texts; whatever else PostgreSQL may refuse one day takes the same way.
    const events = ids.map((eventId, n) =>
      shopEvent({ eventId, ...(n === at ? { page: '/nul\u0000' } : {}) }),
    );
    const refused = await recordEvents(deployment.database, events, undefined, write);
    expect(refused.map(({ event, code }) => [event.eventId, code])).toEqual([[ids[at], '22P05']]);
    expect(await recordedIds(`refused-${at}-`)).toEqual(ids.toSpliced(at, 1));
  },
);

const nastyTexts = ['\\N', '\\', 'a\tb\nc\rd\\te', '"q", \'s\'', 'żółw 🐢', '', '\\.', '{}', 'null'];
const nastyEvents = (prefix: string): ShopEvent[] =>
  numbered(prefix, 300).map((eventId, n) => {
    const text = nastyTexts[n % nastyTexts.length] ?? '';
    const other = nastyTexts[(n + 1) % nastyTexts.length] ?? '';
    return shopEvent({
      eventId,
      // Also the years 1, 0 and before, which the two ways must read alike.
      time: [1_700_000_000_123, 0, -62_135_596_800_000, -62_135_596_800_001, -62_198_755_200_000][n % 5] ?? 0,
      timeClamped: n % 7 === 0,
      userId: n % 2 === 0 ? text : null,
      sessionId: n % 3 === 0 ? null : other,
      page: text,
      referrer: other,
      device: { type: n % 2 === 0 ? null : text, browser: other, os: text },
      loadTimeSeconds: n % 4 === 0 ? null : n / 7,
      items: n % 3 === 0 ? [{ productId: text, quantity: n + 1, price: n % 2 === 0 ? null : 19.99 }] : [],
      value: n % 5 === 0 ? null : n * 1.005,
      currency: n % 2 === 0 ? null : 'EUR',
      orderId: other,
      properties: n % 2 === 0 ? {} : { [text]: [other, n, null, true, { deep: text }] },
      bot: n % 11 === 0,
    });
  });

const placed = (event: ShopEvent) =>
  event.eventId.endsWith('7') ? undefined : { partition: 2, offset: Number(event.eventId.slice(-5)) };

test('a row is the same whether it was copied or inserted', async () => {
  const { database } = deployment;
  const rowsOf = async (prefix: string) => {
    const { rows } = await database.query<Record<string, unknown>>(
      `SELECT to_jsonb(e) - 'event_id' - 'recorded_at' - 'recorded_by' AS row FROM events e
       WHERE starts_with(event_id, $1) ORDER BY event_id COLLATE "C"`,
      [prefix],
    );
    return rows.map(({ row }) => row);
  };
  expect(await recordEvents(database, nastyEvents('inserted-'), placed)).toEqual([]);
  expect(await recordEvents(database, nastyEvents('copied-'), placed, createCopyOrInsert())).toEqual([]);
  const inserted = await rowsOf('inserted-');
  expect(inserted).toHaveLength(300);
  expect(await rowsOf('copied-')).toEqual(inserted);
});

test('a copy that meets an event of before, or one twice, leaves the first and takes the rest', async () => {
  const { database } = deployment;
  const write = createCopyOrInsert();
  const record = (events: readonly ShopEvent[]) => recordEvents(database, events, placed, write);
  const ids = numbered('again-', 700);
  const [first, second] = [ids.slice(0, 300), ids.slice(290, 700)].map((part, n) =>
    part.map((eventId) => shopEvent({ eventId, page: `/delivery-${n}` })),
  );
  expect(await record(first ?? [])).toEqual([]);
  expect(await record([...(second ?? []), ...(second ?? [])])).toEqual([]);
  expect(await recordedIds('again-')).toEqual(ids);
  const { rows } = await database.query(
    `SELECT page, count(*)::int AS n FROM events WHERE starts_with(event_id, 'again-') GROUP BY page ORDER BY page`,
  );
  expect(rows).toEqual([
    { page: '/delivery-0', n: 300 },
    { page: '/delivery-1', n: 400 },
  ]);
});

test('a database that cannot be reached, or breaks in the middle, is an error of the call and refuses no row', async () => {
  const { settings, log } = deployment;
  const postgres = inject('postgres');
  const proxy = await startProxy(postgres);
  const behindProxy = { ...settings, DB_HOST: '127.0.0.1', DB_PORT: proxy.port };
  const pool = connectPostgres(behindProxy, log, 'aisle-test-breaking');
  const holder = await deployment.owner.connect();
  const events = [shopEvent({ eventId: 'away-1' })];
  const attempt = () => recordEvents(pool, events).catch((error: unknown) => error);
  try {
    await proxy.cut();
    expect(await attempt()).toSatisfy(isDatabaseUnavailable);
    await proxy.mend();
    await holder.query('BEGIN; LOCK TABLE events');
    const blocked = attempt();
    await waitUntil(
      'the statement waits for the lock and its connection is ended',
      () => breakConnections(postgres, settings.DB_NAME, 'aisle-test-breaking'),
      (count) => count > 0,
    );
    expect(await blocked).toSatisfy(isDatabaseUnavailable);
    await holder.query('ROLLBACK');
    expect(await attempt()).toEqual([]);
    expect(await recordedIds('away-')).toEqual(['away-1']);
  } finally {
    holder.release(true);
    await pool.end();
    await proxy.close();
  }
});

test('the bridge waits for a PostgreSQL that is cut off or breaks its connections, and loses nothing', async () => {
  const { settings, topics, database } = deployment;
  const postgres = inject('postgres');
  const proxy: TcpProxy = await startProxy(postgres);
  const producer = await openProducer(inject('kafka'), topics.rawEvents.name);
  const send = (ids: readonly string[]) =>
    producer.send(
      ids.map((id) => ({
        key: id.slice(-1),
        value: JSON.stringify({
          event_id: id,
          timestamp: new Date().toISOString(),
          session_id: `visit-${id.slice(-1)}`,
          action: 'pageview',
          page: '/home',
        }),
      })),
    );
  const bridge = deployment.start('bridge', { DB_HOST: '127.0.0.1', DB_PORT: String(proxy.port) });
  const told = (sentence: string) => bridge.log.filter(({ msg }) => msg.includes(sentence)).length;
  const recorded = (prefix: string, count: number) =>
    waitUntil(
      `${count} events of ${prefix} are recorded`,
      () => recordedIds(prefix),
      ({ length }) => length === count,
    );
  try {
    await bridge.ready;
    const before = numbered('before-', 200);
    await send(before);
    expect(await recorded('before-', 200)).toEqual(before);

    await proxy.cut();
    const during = numbered('during-', 300);
    await send(during);
    await waitUntil(
      'the bridge has noticed it',
      () => told('the record waits'),
      (count) => count >= 1,
    );
    expect(await recordedIds('during-')).toEqual([]);
    await proxy.mend();
    expect(await recorded('during-', 300)).toEqual(during);
    expect(told('the record goes on')).toBeGreaterThan(0);

    const broken = numbered('broken-', 2000);
    const sending = (async () => {
      for (let from = 0; from < broken.length; from += 100) await send(broken.slice(from, from + 100));
    })();
    const soFar = await waitUntil(
      'some of the stream is recorded',
      () => recordedIds('broken-'),
      ({ length }) => length > 0,
    );
    expect(soFar.length).toBeLessThan(broken.length);
    expect(await breakConnections(postgres, settings.DB_NAME, 'aisle-bridge')).toBeGreaterThan(0);
    await sending;
    expect(await recorded('broken-', 2000)).toEqual(broken);

    // Behind the rows come the page views: each at least once, none lost.
    const all = [...before, ...during, ...broken];
    const views = await readJsonTopic<{ event_id: string }>(inject('kafka'), topics.pageViews.name);
    expect([...new Set(views.map(({ event_id: id }) => id))].sort()).toEqual(all.sort());
    const { rows } = await database.query('SELECT count(*)::int AS n FROM record_progress WHERE topic = $1', [
      topics.rawEvents.name,
    ]);
    expect(rows).toEqual([{ n: 3 }]);
    expect(await bridge.stop(), bridge.output).toBe('exit code 0');
    expect(bridge.log.filter(({ level }) => level >= 50)).toEqual([]);
  } finally {
    await producer.close();
    await bridge.kill();
    await proxy.close();
  }
});
