// Old events fill the record and the sessions exactly once, and nobody who acts on live events hears of them: no journey
// begins, no alert is said, none is held back. What comes live as well is one row, and the journey's.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import type { BackfillSummary } from '../../cli/backfill/summary.ts';
import { aisleWith, aisleWithInput } from '../support/aisle-command.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { askJourney, listJourneys } from '../support/journeys.ts';
import { untilBothLanesHaveRead } from '../support/lanes.ts';
import { openProducer, readJsonTopic } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

const cartAbandonAfterMs = 3_000;

let deployment: Deployment;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aisle-backfill-'));
  deployment = await deploy({
    CART_ABANDON_AFTER: `${cartAbandonAfterMs}ms`,
    ROLL_UP_EVERY: '1s',
    BATCH_SIZE: '700',
  });
  await deployment.migrate();
  await Promise.all([deployment.start('bridge').ready, deployment.start('worker').ready]);
});

afterAll(async () => {
  await deployment.close();
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

async function backfill(...words: string[]): Promise<BackfillSummary> {
  const { code, stdout, stderr } = await aisleWith(deployment.environment, 'backfill', '--json', ...words);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as BackfillSummary;
}

async function send(events: readonly object[]): Promise<void> {
  const producer = await openProducer(inject('kafka'), deployment.topics.rawEvents.name);
  await producer.send(events.map((event) => ({ key: 'one-partition', value: JSON.stringify(event) })));
  await producer.close();
}

const view = (id: string, user: string, time: number, page = '/home') => ({
  ...{ event_id: id, user_id: user, session_id: `visit-of-${user}`, timestamp: new Date(time).toISOString() },
  ...{ action: 'pageview', page },
});

async function rowsOf(user: string) {
  const { rows } = await deployment.database.query<{ event_id: string; backfilled: boolean; page: string }>(
    'SELECT event_id, backfilled, page FROM events WHERE user_id = $1 ORDER BY event_id',
    [deployment.pseudonyms.ofUser(user)],
  );
  return rows;
}

test('a file fills record, sessions and identities, once; bad lines are listed by line, with nothing of what they hold', async () => {
  const dayMs = 24 * 60 * 60_000;
  const lastMonth = Date.now() - 40 * dayMs;
  const events = Array.from({ length: 2_000 }, (_, n) =>
    view(`old-${n}`, `old-user-${n % 40}`, lastMonth + Math.floor(n / 40) * 60_000),
  );
  const lines = events.map((event) => JSON.stringify(event));
  const visitor = {
    ...view('old-visitor', '', lastMonth - 60_000),
    user_id: null,
    session_id: 'visit-of-old-user-0',
  };
  lines.push(JSON.stringify(visitor), 'no json of carol@example.com', '', JSON.stringify({ event_id: 'x' }));
  lines.push(JSON.stringify(view('ancient', 'old-user-1', Date.now() - 91 * dayMs)));
  const path = await file('old.ndjson', lines);

  const counts = { read: 2_004, rejected: 3, complete: true, rejects_file: `${path}.rejects.ndjson` };
  expect(await backfill(path)).toMatchObject({ ...counts, recorded: 2_001, already_there: 0 });
  const rejects = await readFile(`${path}.rejects.ndjson`, 'utf8');
  expect(
    rejects
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { line: 2_002, reason: 'not JSON' },
    { line: 2_004, reason: expect.stringContaining('timestamp') as string, event_id: 'x' },
    { line: 2_005, reason: 'older than what is kept: events of the last 90 days (RETENTION_DAYS)' },
  ]);
  expect(await backfill(path)).toMatchObject({ ...counts, recorded: 0, already_there: 2_001 });

  const { database, pseudonyms } = deployment;
  const sessions = await waitUntil(
    'the sessions are there, the visitor’s view among them',
    async () => {
      const { rows } = await database.query<{ user_id: string; events: number }>(
        `SELECT user_id, events FROM user_sessions WHERE start_time < now() - interval '30 days'`,
      );
      return rows;
    },
    (rows) => rows.reduce((sum, { events: count }) => sum + count, 0) === 2_001 && rows.length === 40,
  );
  expect(sessions.filter(({ events: count }) => count === 51)).toEqual([
    { user_id: pseudonyms.ofUser('old-user-0'), events: 51 },
  ]);
  expect(await listJourneys(deployment.temporal, deployment.settings.TEMPORAL_TASK_QUEUE)).toEqual([]);
});

test('CSV from stdin fills the same columns', async () => {
  const yesterday = new Date(Date.now() - 24 * 60 * 60_000).toISOString().slice(0, 10);
  const csv = [
    'event_id,timestamp,user_id,event_type,page,device_type,browser,os,load_time,items,value',
    `csv-1,${yesterday}T10:00:00,csv-user,pageview,/product/7,tablet,Safari,iPadOS,1.25,,`,
    `csv-2,${yesterday} 10:01:00Z,csv-user,purchase,,,,,,"[{""product_id"":""7"",""quantity"":2,""price"":5}]",10`,
  ];
  const { code, stdout, stderr } = await aisleWithInput(
    csv.join('\n'),
    deployment.environment,
    ...['backfill', '-', '--format', 'csv', '--json'],
  );
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ recorded: 2, rejected: 0, rejects_file: null });
  const { rows } = await deployment.database.query(
    `SELECT action, page, device_type, os, load_time, items, value, backfilled FROM events
     WHERE event_id LIKE 'csv-%' ORDER BY event_id`,
  );
  const none = { page: null, device_type: null, os: null, load_time: null, items: null, value: null };
  expect(rows).toEqual([
    {
      ...{ ...none, action: 'pageview', page: '/product/7', device_type: 'tablet', os: 'iPadOS' },
      ...{ load_time: 1.25, backfilled: true },
    },
    {
      ...{ ...none, action: 'purchase', value: 10, backfilled: true },
      items: [{ price: 5, quantity: 2, product_id: '7' }],
    },
  ]);
});

test('a backfilled event is no sign of life: the cart is abandoned on time, and said once', async () => {
  const { pseudonyms, database, temporal } = deployment;
  const user = 'carter';
  const now = Date.now();
  await send([view('cart-1', user, now, '/cart')]);
  await waitUntil(
    'the cart is open',
    () => askJourney(temporal, pseudonyms.ofUser(user)),
    (journey) => journey?.cart !== null && journey !== null,
  );
  // As long after the cart as a live event would have to be to put the deadline off.
  const path = await file('recent.ndjson', [JSON.stringify(view('cart-2', user, Date.now(), '/home'))]);
  expect(await backfill(path)).toMatchObject({ recorded: 1 });
  const abandoned = await waitUntil(
    'the cart is abandoned',
    async () => {
      const { rows } = await database.query<{ abandoned_at: Date }>(
        'SELECT abandoned_at FROM abandonments WHERE journey_id = $1',
        [pseudonyms.ofUser(user)],
      );
      return rows;
    },
    ({ length }) => length === 1,
  );
  expect(abandoned).toEqual([{ abandoned_at: new Date(now + cartAbandonAfterMs) }]);
  expect(await askJourney(temporal, pseudonyms.ofUser(user))).toMatchObject({
    lastEventAt: new Date(now).toISOString(),
  });
});

test('an event that is backfilled and comes live is one row, and live for the journey, whichever was first', async () => {
  const { pseudonyms, temporal } = deployment;
  const time = Date.now();
  const both = [view('both-1', 'both', time, '/product/1'), view('both-2', 'both', time + 1, '/product/2')];
  const path = await file(
    'both.ndjson',
    both.map((event) => JSON.stringify({ ...event, page: '/as-in-the-file' })),
  );
  expect(await backfill(path)).toMatchObject({ recorded: 2 });
  expect((await rowsOf('both')).map(({ backfilled }) => backfilled)).toEqual([true, true]);
  expect(await askJourney(temporal, pseudonyms.ofUser('both'))).toBeNull();

  await send(both);
  const claimed = await waitUntil(
    'both are live',
    () => rowsOf('both'),
    (rows) => rows.every(({ backfilled }) => !backfilled),
  );
  // The first version of an event stays.
  expect(claimed.map(({ page }) => page)).toEqual(['/as-in-the-file', '/as-in-the-file']);
  await waitUntil(
    'the journey has them',
    () => askJourney(temporal, pseudonyms.ofUser('both')),
    (journey) => journey?.lastEventAt === new Date(time + 1).toISOString(),
  );
  expect(await backfill(path)).toMatchObject({ recorded: 0, already_there: 2 });
  expect((await rowsOf('both')).map(({ backfilled }) => backfilled)).toEqual([false, false]);
});

test('the topic read again fills what the record has lost, and no consumer group notices', async () => {
  const { kafka, topics, pseudonyms, temporal } = deployment;
  const time = Date.now();
  await send([
    ...Array.from({ length: 30 }, (_, n) => view(`lost-${n}`, 'lost', time + n)),
    { event_id: 'of no use', user_id: 'lost' },
  ]);
  await waitUntil(
    'all are recorded',
    () => rowsOf('lost'),
    ({ length }) => length === 30,
  );
  const before = await waitUntil(
    'the journey has them',
    () => askJourney(temporal, pseudonyms.ofUser('lost')),
    (journey) => journey?.lastEventAt === new Date(time + 29).toISOString(),
  );
  // A row is seen before its offset is committed: a lane that commits later would pass for a backfill that did.
  await untilBothLanesHaveRead(deployment);
  const committed = () =>
    kafka.withAdmin(async (admin) => ({
      groups: (await admin.listGroups()).groups
        .map(({ groupId }) => groupId)
        .filter((id) => id.startsWith(deployment.settings.KAFKA_GROUP_PREFIX)),
      offsets: await admin.fetchOffsets({ groupId: `${deployment.settings.KAFKA_GROUP_PREFIX}-record` }),
    }));
  const groups = await committed();
  await deployment.owner.query(`DELETE FROM events WHERE event_id LIKE 'lost-1%'`);

  const rejects = join(folder, 'topic.rejects.ndjson');
  const summary = await backfill('--from-topic', '--rejects', rejects);
  expect(summary).toMatchObject({ recorded: 11, rejected: 1, complete: true });
  expect(JSON.parse(await readFile(rejects, 'utf8'))).toMatchObject({
    partition: expect.any(Number) as number,
    offset: expect.any(Number) as number,
    reason: expect.stringContaining('timestamp') as string,
  });
  const rows = await rowsOf('lost');
  expect(rows.map(({ event_id: id, backfilled }) => [id, backfilled])).toEqual(
    rows.map(({ event_id: id }) => [id, id.startsWith('lost-1')]),
  );
  expect(rows).toHaveLength(30);
  expect(await committed()).toEqual(groups);
  expect(await askJourney(temporal, pseudonyms.ofUser('lost'))).toEqual(before);
  expect(await readJsonTopic(inject('kafka'), topics.deadLetters.name)).toHaveLength(1);
});

test('what cannot be done is said in a sentence', async () => {
  const run = (environment: NodeJS.ProcessEnv, ...words: string[]) =>
    aisleWith({ ...deployment.environment, ...environment }, 'backfill', ...words);
  const good = await file('good.ndjson', [JSON.stringify(view('good', 'good', Date.now()))]);
  const results = [
    await run({}, join(folder, 'none.ndjson')),
    await run({ PSEUDONYM_KEY: '' }, good),
    await run({ DB_NAME: 'postgres' }, good),
    await run({ KAFKA_TOPIC_PREFIX: 'none.' }, '--from-topic'),
    await run({}, await file('bad.csv', ['id,time', '1,2'])),
    await run({}, await file('all-bad.ndjson', ['{}', '[]'])),
  ];
  expect(results.map(({ code }) => code)).toEqual(results.map(() => 1));
  expect(results.map(({ stderr }) => stderr)).toEqual([
    expect.stringMatching(/none\.ndjson cannot be read \(ENOENT\)\.\n$/),
    expect.stringMatching(/^Wrong settings:\nPSEUDONYM_KEY: /),
    expect.stringMatching(/^The schema of postgres is of another release: run npm run migrate\.\n$/),
    expect.stringMatching(/^There is no topic none\.raw-events: .*\n$/),
    expect.stringMatching(/^The first line of a CSV names its columns .*\n$/),
    '',
  ]);
  expect(results.at(-1)?.stdout).toMatch(/^Read 2 events in .*: 0 recorded, 0 there already, 2 rejected\.\n/);
});
