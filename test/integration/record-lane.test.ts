// What goes wrong with a few rows, or with PostgreSQL, costs nobody else: an outage longer than the group's patience costs
// neither the membership nor an event, a refused row goes to the dead letters without its batch, and a partition that has
// to wait holds up no other.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { readLag } from '../../cli/demo/stream-figures.ts';
import { groupsWithPrefix } from '../../events/topics.ts';
import { errorLevel, type AisleProcess } from '../support/aisle-process.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { openProducer, readJsonTopic } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

const brokers = inject('kafka');
/** The broker takes a member for dead after ten seconds without a heartbeat. */
const longerThanPatienceMs = 11_000;

let deployment: Deployment;
let proxy: TcpProxy;
let bridge: AisleProcess;
let producer: Awaited<ReturnType<typeof openProducer>>;

beforeAll(async () => {
  deployment = await deploy({ BRIDGE_LANES: 'record', BATCH_SIZE: '40' });
  await deployment.migrate();
  proxy = await startProxy(inject('postgres'));
  producer = await openProducer(brokers, deployment.topics.rawEvents.name);
  bridge = deployment.start('bridge', { DB_HOST: '127.0.0.1', DB_PORT: String(proxy.port) });
  await bridge.ready;
});

afterAll(async () => {
  await producer.close();
  await deployment.close();
  await proxy.close();
});

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(5, '0')}`);

const send = (
  ids: readonly string[],
  key: (id: string) => string,
  page: (id: string) => string = () => '/home',
) =>
  producer.send(
    ids.map((id) => ({
      key: key(id),
      value: JSON.stringify({
        event_id: id,
        timestamp: new Date().toISOString(),
        session_id: `visit-${key(id)}`,
        action: 'pageview',
        page: page(id),
      }),
    })),
  );

async function recordedIds(prefix: string): Promise<string[]> {
  const { rows } = await deployment.database.query<{ event_id: string }>(
    'SELECT event_id FROM events WHERE starts_with(event_id, $1) ORDER BY event_id COLLATE "C"',
    [prefix],
  );
  return rows.map(({ event_id: id }) => id);
}

const recorded = (prefix: string, count: number) =>
  waitUntil(
    `${count} events of ${prefix} are recorded`,
    () => recordedIds(prefix),
    ({ length }) => length >= count,
  );

const lastCharacter = (id: string) => id.slice(-1);

/** Who is in the group and has what, as the broker sees it. */
function membership(): Promise<unknown> {
  const groupId = groupsWithPrefix(deployment.settings.KAFKA_GROUP_PREFIX).record;
  return deployment.kafka.withAdmin(async (admin) => {
    const { groups } = await admin.describeGroups([groupId]);
    return groups.map(({ state, members }) => ({
      state,
      members: members.map(({ memberId, memberAssignment }) => [memberId, memberAssignment.toString('hex')]),
    }));
  });
}

test('PostgreSQL away for longer than the group’s patience, under load: the same membership, nothing lost', async () => {
  await send(numbered('before-', 200), lastCharacter);
  await recorded('before-', 200);
  const member = await membership();
  expect(member).toMatchObject([{ state: 'Stable', members: [expect.anything()] }]);

  await proxy.cut();
  const cutAt = Date.now();
  let sent = 0;
  await waitUntil(
    'the outage has been longer than the patience',
    async () => {
      // More than each partition's batch and what may be read ahead of it.
      await send(numbered(`during-${String(sent).padStart(3, '0')}-`, 100), lastCharacter);
      sent += 1;
      return Date.now() - cutAt;
    },
    (ms) => ms > longerThanPatienceMs,
  );
  expect(await recordedIds('during-')).toEqual([]);
  expect(await membership()).toEqual(member);
  await proxy.mend();
  const ids = await recorded('during-', sent * 100);
  expect(new Set(ids).size).toBe(sent * 100);
  expect(await membership()).toEqual(member);
  expect(bridge.log.filter(({ level }) => level >= errorLevel)).toEqual([]);
  // However often it tried meanwhile.
  const told = bridge.log.map(({ msg }) => msg).filter((text) => text.startsWith('PostgreSQL is'));
  expect(told).toEqual([
    'PostgreSQL is not available; the record waits',
    'PostgreSQL is available again; the record goes on',
  ]);
});

test('a row that PostgreSQL refuses is a dead letter, and its batch is recorded', async () => {
  const { owner, topics, settings } = deployment;
  await owner.query(`ALTER TABLE events ADD CONSTRAINT no_such_page CHECK (page <> '/refused')`);
  const ids = numbered('refused-', 300);
  const bad = 'refused-00137';
  await send(
    ids,
    () => 'one-partition',
    (id) => (id === bad ? '/refused' : '/home'),
  );
  const good = ids.filter((id) => id !== bad);
  expect(await recorded('refused-', 299)).toEqual(good);
  const letters = await waitUntil(
    'the refused row is a dead letter',
    () => readJsonTopic<{ reason: string }>(brokers, topics.deadLetters.name),
    ({ length }) => length > 0,
  );
  expect(letters).toEqual([expect.objectContaining({ reason: 'PostgreSQL refuses a value (23514)' })]);
  const groupId = groupsWithPrefix(settings.KAFKA_GROUP_PREFIX).record;
  await waitUntil(
    'nothing is left to be read again',
    () => deployment.kafka.withAdmin((admin) => readLag(admin, groupId, topics.rawEvents.name)),
    (lag) => lag === 0,
  );
  const views = await readJsonTopic<{ event_id: string }>(brokers, topics.pageViews.name);
  const viewed = new Set(views.map(({ event_id: id }) => id));
  expect(good.every((id) => viewed.has(id))).toBe(true);
  expect(viewed.has(bad)).toBe(false);
});

test('a partition whose rows wait for a lock holds up no other, and goes on after it', async () => {
  const { database } = deployment;
  const keys = Array.from({ length: 12 }, (_, n) => `key-${n}`);
  const warm = keys.map((key) => `warm-${key}`);
  const keyOf = (id: string) => id.slice(id.indexOf('key-'));
  await send(warm, keyOf);
  await recorded('warm-', 12);
  const { rows: places } = await database.query<{ event_id: string; source_partition: number }>(
    `SELECT event_id, source_partition FROM events WHERE starts_with(event_id, 'warm-')`,
  );
  const partitionOf = new Map(places.map((row) => [keyOf(row.event_id), row.source_partition]));
  expect(new Set(partitionOf.values()).size).toBe(3);
  const [lockedKey = ''] = keys;
  const free = keys.filter((key) => partitionOf.get(key) !== partitionOf.get(lockedKey));

  const holder = await database.connect();
  try {
    // Somebody writes the same event and takes their time: an insert of it has to wait for how that ends.
    await holder.query('BEGIN');
    await holder.query(
      `INSERT INTO events (event_id, "timestamp", journey_id, action) VALUES ($1, now(), 'u1_x', 'click')`,
      [`held-${lockedKey}`],
    );
    await send([`held-${lockedKey}`], keyOf);
    await waitUntil(
      'an insert of the bridge waits for the lock',
      () =>
        database.query(
          `SELECT FROM pg_stat_activity
           WHERE application_name = 'aisle-bridge' AND wait_event_type = 'Lock' AND datname = current_database()`,
        ),
      ({ rowCount }) => rowCount === 1,
    );
    const behind = Array.from({ length: 100 }, (_, n) => `behind-${n}-${lockedKey}`);
    const others = Array.from({ length: 400 }, (_, n) => `others-${n}-${free[n % free.length]}`);
    await send([...behind, ...others], keyOf);
    await recorded('others-', 400);
    expect(await recordedIds('behind-')).toEqual([]);
    await holder.query('ROLLBACK');
    await recorded('held-', 1);
    expect(await recorded('behind-', 100)).toHaveLength(100);
  } finally {
    holder.release(true);
  }
  expect(await bridge.stop(), bridge.output).toBe('exit code 0');
  expect(bridge.log.filter(({ level }) => level >= errorLevel)).toEqual([]);
});
