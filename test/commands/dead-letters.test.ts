// What could not be used can be looked at without seeing whose it is, and comes back once it can be used: to the record and
// to the journey, once for each dead letter, whatever breaks in between. What is still of no use stays, and says why.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { identityOf, readDeadLetter, type StoredDeadLetter } from '../../bridge/dead-letters/dead-letter.ts';
import { replayDeadLetters, type ReplayResult } from '../../bridge/dead-letters/replay.ts';
import { beginReplay } from '../../bridge/dead-letters/replayed.ts';
import { parserOf } from '../../cli/parser-of.ts';
import { topicEnds } from '../../cli/topic-ends.ts';
import type { AisleProcess } from '../support/aisle-process.ts';
import { aisleWith } from '../support/aisle-command.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { askJourney } from '../support/journeys.ts';
import { openProducer, readJsonTopic, readTopic } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

let deployment: Deployment;
let bridge: AisleProcess | undefined;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aisle-dead-letters-'));
  // A bridge that takes less than the commands below: a limit that was too low, put right since.
  deployment = await deploy({ MAX_EVENT_BYTES: '4096' });
  await deployment.migrate();
  bridge = deployment.start('bridge', { MAX_EVENT_BYTES: '1024' });
  await Promise.all([bridge.ready, deployment.start('worker').ready]);
  await send(produced);
  await waitUntil(
    'all are dead letters',
    () => readJsonTopic(inject('kafka'), deployment.topics.deadLetters.name),
    ({ length }) => length === produced.length,
  );
});

afterAll(async () => {
  await deployment.close();
  await rm(folder, { recursive: true, force: true });
});

const event = (id: string, fields: object = {}) => ({
  event_id: id,
  timestamp: new Date().toISOString(),
  user_id: 'carol.danvers@shop.example',
  action: 'pageview',
  page: '/product/7?email=carol.danvers@shop.example&utm_source=letter',
  ...fields,
});
const large = event('large', { note: 'x'.repeat(1_100) });
const produced: readonly string[] = [
  JSON.stringify(large),
  JSON.stringify(event('larger', { note: 'y'.repeat(1_200) })),
  JSON.stringify(event('unknown', { action: 'teleport' })),
  JSON.stringify(
    event('untimed', { timestamp: 'carol.danvers, last week', first_name: 'Carol', user_id: 42 }),
  ),
  'carol.danvers@shop.example is no JSON',
];

async function send(values: readonly string[]): Promise<void> {
  const producer = await openProducer(inject('kafka'), deployment.topics.rawEvents.name);
  await producer.send(values.map((value) => ({ key: 'carol', value })));
  await producer.close();
}

const aisle = (...words: string[]) => aisleWith(deployment.environment, 'dead-letters', ...words);

async function jsonOf(...words: string[]): Promise<Record<string, unknown>> {
  const { stdout, stderr } = await aisle(...words, '--json');
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Record<string, unknown>;
}

interface Listed {
  readonly place: string;
  readonly event_id: string | null;
  readonly reason: string;
  readonly replayed_at: string | null;
}

async function list(...words: string[]): Promise<Listed[]> {
  const { stdout } = await aisle('list', '--format', 'json', ...words);
  return stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Listed);
}

const recorded = async () => {
  const { rows } = await deployment.database.query<{ event_id: string }>(
    'SELECT event_id FROM events ORDER BY 1',
  );
  return rows.map(({ event_id: id }) => id);
};

let places: string[] = [];
let untimedReason = '';

test('they are listed with their reasons, and shown with nothing that says whose they are', async () => {
  const listed = await list();
  expect(listed.map(({ event_id: id, reason }) => [id, reason.slice(0, 24)])).toEqual([
    [null, 'too large: 1318 bytes, a'.replace(/\d+/, String(produced[0]?.length))],
    [null, 'too large: 1318 bytes, a'.replace(/\d+/, String(produced[1]?.length))],
    ['unknown', 'action: not a known even'],
    ['untimed', 'user_id: Invalid input: '],
    [null, 'not JSON'],
  ]);
  places = listed.map(({ place }) => place);
  untimedReason = listed[3]?.reason ?? '';
  const [table, narrow, unknown, untimed, noJson] = await Promise.all([
    aisle('list'),
    list('--reason', 'NOT A KNOWN', '--since', '1h'),
    aisle('show', places[2] ?? ''),
    aisle('show', places[3] ?? ''),
    aisle('show', places[4] ?? ''),
  ]);
  expect(table.stdout).toMatch(/not JSON +│ +1 │ +0/);
  expect(narrow.map(({ event_id: id }) => id)).toEqual(['unknown']);
  expect(unknown.stdout).toContain('"page": "/product/7?utm_source=letter"');
  expect(unknown.stdout).toContain('"user_id": ":masked"');
  expect(unknown.stdout).toContain('still unusable: action: not a known event type');
  expect(untimed.stdout).toContain('"user_id": ":masked (number)"');
  for (const { stdout, stderr } of [unknown, untimed, noJson, table]) {
    expect(stderr).toBe('');
    expect(stdout).not.toMatch(/@|first_name|"Carol"/);
  }
  const unmasked = await aisle('show', places[4] ?? '', '--unmasked');
  expect(unmasked.stdout).toContain('carol.danvers@shop.example is no JSON');
  const { rows } = await deployment.owner.query('SELECT action, subject FROM audit_log');
  expect(rows).toEqual([
    { action: 'dead-letters.shown', subject: `${deployment.topics.rawEvents.name} ${places[4] ?? ''}` },
  ]);
});

test('those that can be used by now come back to record and journey, once; the others stay with their reason', async () => {
  expect(await jsonOf('replay', '--all', '--dry-run')).toMatchObject({ replayed: 2, dry_run: true });
  expect(await recorded()).toEqual([]);

  await bridge?.stop();
  await deployment.start('bridge').ready;
  expect(await jsonOf('replay', '--all')).toEqual({
    ...{ replayed: 2, already_replayed: 0, still_unusable: 3, expired: 0, other_topic: 0, dry_run: false },
    still_unusable_by_reason: {
      'action: not a known event type': 1,
      'not JSON': 1,
      [untimedReason]: 1,
    },
  });
  await waitUntil('both are recorded', recorded, ({ length }) => length === 2);
  const user = deployment.pseudonyms.ofUser('carol.danvers@shop.example');
  const journey = await waitUntil(
    'the journey has them',
    () => askJourney(deployment.temporal, user),
    (view) => view?.funnelStep === 'product',
  );
  expect(journey?.lastEventAt).toBeTruthy();

  const again = await aisle('replay', ...places.slice(0, 3));
  expect(again.code).toBe(1);
  expect(again.stdout).toMatch(/^0 replayed, 2 had been replayed before, 1 still unusable, 0 gone\.\n/);
  expect(again.stdout).toContain(`${places[2] ?? ''}  action: not a known event type`);
  const all = await list('--replayed');
  expect(all.filter(({ replayed_at: at }) => at === null).map(({ place }) => place)).toEqual(places.slice(2));
  expect(all).toHaveLength(places.length);
});

test('bodies that somebody repaired come back in place of what was sent', async () => {
  const shown = await jsonOf('show', places[2] ?? '', '--unmasked');
  const path = join(folder, 'repaired.ndjson');
  const body = { ...(shown['body'] as object), action: 'click' };
  await writeFile(path, `${JSON.stringify({ ...shown, body })}\n`);
  expect(await jsonOf('replay', '--repaired', path)).toMatchObject({ replayed: 1, still_unusable: 0 });
  await waitUntil('it is recorded', recorded, (ids) => ids.includes('unknown'));

  await writeFile(path, '{"place":"nowhere"}\n');
  const wrong = await aisle('replay', '--repaired', path);
  expect(wrong).toMatchObject({ code: 1, stdout: '' });
  expect(wrong.stderr).toMatch(/^.*repaired\.ndjson, line 1: expected \{"place":.*\n$/);
});

test('a replay that died between its two steps is settled by what is on the topic, neither lost nor sent twice', async () => {
  const { kafka, topics, database, settings } = deployment;
  const raw = topics.rawEvents.name;
  await send([1, 2].map((n) => `{"event_id":"${n}"}`));
  const letters = await waitUntil(
    'both are dead letters',
    async () => {
      const messages = await readTopic(inject('kafka'), topics.deadLetters.name);
      return messages
        .map(({ value }) => readDeadLetter(Buffer.from(value ?? '')))
        .slice(-2) as StoredDeadLetter[];
    },
    (found) => found.every(({ eventId }) => eventId === '1' || eventId === '2'),
  );
  const [first, second] = letters;
  if (!first || !second) throw new Error('two dead letters were expected');
  const bodies = new Map(
    letters.map((letter, n) => [
      `${letter.partition}:${letter.offset}`,
      Buffer.from(JSON.stringify(event(`broken-off-${n}`))),
    ]),
  );
  const session = await database.connect();
  const producer = await kafka.producer();
  try {
    const ends = await topicEnds(kafka, raw);
    const sentBehind = Object.fromEntries(ends.map(({ partition, end }) => [partition, end]));
    await beginReplay(
      session,
      letters.map((letter) => ({ ...letter, repaired: true })),
      sentBehind,
    );
    // One was sent before the process died, the other was not.
    await producer.send(raw, [
      {
        key: 'carol',
        value: JSON.stringify(event('broken-off-0')),
        headers: { 'aisle-dead-letter': identityOf(first) },
      },
    ]);
    const results: ReplayResult[] = [];
    await replayDeadLetters(
      {
        ...{ kafka, producer, session, dryRun: false, signal: new AbortController().signal },
        parse: parserOf(settings),
        rawTopic: { name: raw, ends: await topicEnds(kafka, raw), groupPrefix: settings.KAFKA_GROUP_PREFIX },
      },
      letters,
      bodies,
      (some) => results.push(...some),
    );
    expect(results.map(({ letter, outcome }) => [letter.eventId, outcome])).toEqual([
      ['1', 'already replayed'],
      ['2', 'replayed'],
    ]);
  } finally {
    await producer.close();
    session.release();
  }
  const sent = (await readTopic(inject('kafka'), raw)).filter(({ value }) => value?.includes('broken-off-'));
  expect(sent).toHaveLength(2);
});

test('what cannot be done is said in a sentence', async () => {
  const { database, kafka, topics } = deployment;
  const [none, which] = await Promise.all([aisle('show', '0:999999'), aisle('replay')]);
  expect(none).toMatchObject({ code: 1, stdout: '' });
  expect(none.stderr).toMatch(/^There is no dead letter 0:999999: .*\n$/);
  expect(which.stderr).toMatch(/^Which ones\? .*\n$/);

  const holder = await database.connect();
  await holder.query('SELECT pg_advisory_lock(7411014)');
  const locked = await aisle('replay', '--all');
  holder.release(true);
  expect(locked).toMatchObject({ code: 1, stdout: '' });
  expect(locked.stderr).toMatch(/^Dead letters are being replayed by somebody else: .*\n$/);

  const place = places[4] ?? '';
  const [partition, offset] = place.split(':').map(Number);
  await kafka.withAdmin(async (admin) => {
    const topic = topics.rawEvents.name;
    // The library needs to have heard of it.
    await admin.fetchTopicOffsets(topic);
    const partitions = [{ partition: partition ?? 0, offset: String((offset ?? 0) + 1) }];
    await admin.deleteTopicRecords({ topic, partitions });
  });
  const expired = await aisle('replay', place);
  expect(expired.code).toBe(1);
  expect(expired.stdout).toMatch(/0 replayed, .* 1 gone\.\n +\d:\d+ +Its message has expired: .*\n$/);
});
