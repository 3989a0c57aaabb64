// On real servers: after the pseudonym key has been changed people are somebody new, but whoever was erased before stays
// away, by the topic and by a backfill; the commands find somebody under each key, and an erasure takes both.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { createPseudonyms } from '../../bridge/parse/pseudonyms.ts';
import type { ErasureReceipt } from '../../events/erasure.ts';
import { journeyWorkflowId } from '../../events/letter.ts';
import { aisleWith } from '../support/aisle-command.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { untilBothLanesHaveRead } from '../support/lanes.ts';
import { openProducer } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

const secondKey = { version: 2, key: 'the second key of this test' };
const { ofUser, ofSession } = createPseudonyms(secondKey);

let deployment: Deployment;
let rotated: Record<string, string>;
let producer: Awaited<ReturnType<typeof openProducer>>;

beforeAll(async () => {
  deployment = await deploy();
  rotated = {
    PSEUDONYM_KEY: secondKey.key,
    PSEUDONYM_KEY_VERSION: String(secondKey.version),
    PSEUDONYM_KEYS_BEFORE: `1:${deployment.environment['PSEUDONYM_KEY']}`,
  };
  await deployment.migrate();
  const bridge = deployment.start('bridge');
  await Promise.all([bridge.ready, deployment.start('worker').ready]);
  producer = await openProducer(inject('kafka'), deployment.topics.rawEvents.name);
  await send(
    visit('erased-1', { user_id: 'erased', session_id: 'erased-browser' }),
    visit('visitor-1', { session_id: 'visitor', action: 'add_to_cart', product_id: 'p', price: 3 }),
    visit('stays-1', { user_id: 'stays' }),
    visit('quiet-1', { user_id: 'quiet' }),
  );
  const { pseudonyms } = deployment;
  await waitUntil(
    'everybody has a journey under the first key',
    async () => [
      ...(await Promise.all(['erased', 'stays', 'quiet'].map((user) => hasJourney(pseudonyms.ofUser(user))))),
      await hasJourney(pseudonyms.ofSession('visitor')),
    ],
    (all) => all.every(Boolean),
  );
  await nothingWaits();
  const erased = [['erased'], ['--session', 'visitor']].map((words) => command({}, 'erase', ...words));
  for (const done of await Promise.all(erased)) expect(done).toMatchObject({ code: 0 });
  await bridge.stop();
  await deployment.start('bridge', rotated).ready;
});

afterAll(async () => {
  await producer.close();
  await deployment.close();
});

const visit = (id: string, fields: object) => ({
  ...{ event_id: id, timestamp: new Date().toISOString(), user_id: null, session_id: null },
  ...{ action: 'pageview', page: '/product/1', ...fields },
});

const send = (...events: readonly object[]) =>
  producer.send(events.map((event, index) => ({ key: String(index), value: JSON.stringify(event) })));

const hasJourney = async (journeyId: string): Promise<boolean> => {
  const described = deployment.temporal.workflow.getHandle(journeyWorkflowId(journeyId)).describe();
  return described.then(
    () => true,
    () => false,
  );
};

const nothingWaits = () => untilBothLanesHaveRead(deployment);

const command = (changes: Record<string, string>, ...words: string[]) =>
  aisleWith({ ...deployment.environment, ...changes }, ...words);

async function eventsOf(...journeyIds: string[]): Promise<string[]> {
  const { rows } = await deployment.database.query<{ event_id: string }>(
    'SELECT event_id FROM events WHERE journey_id = ANY($1) ORDER BY event_id',
    [journeyIds],
  );
  return rows.map(({ event_id: id }) => id);
}

test('who was erased under the first key is refused under the second, until a lift', async () => {
  await send(
    visit('erased-2', { user_id: 'erased' }),
    visit('visitor-2', { session_id: 'visitor', action: 'add_to_cart', product_id: 'p', price: 3 }),
    visit('stays-2', { user_id: 'stays' }),
  );
  await waitUntil(
    'whoever was not erased is there',
    () => hasJourney(ofUser('stays')),
    (is) => is,
  );
  await nothingWaits();
  const folder = await mkdtemp(join(tmpdir(), 'aisle-rotation-'));
  try {
    const file = join(folder, 'old.ndjson');
    await writeFile(file, `${JSON.stringify(visit('erased-3', { user_id: 'erased' }))}\n`);
    const filled = await command(rotated, 'backfill', '--json', file);
    expect(JSON.parse(filled.stdout)).toMatchObject({ recorded: 0, rejected: 1 });
  } finally {
    await rm(folder, { recursive: true });
  }
  const { pseudonyms } = deployment;
  const gone = [
    ...[ofUser('erased'), ofSession('visitor')],
    ...[pseudonyms.ofUser('erased'), pseudonyms.ofSession('visitor')],
  ];
  expect(await eventsOf(...gone)).toEqual([]);
  expect(await Promise.all(gone.map(hasJourney))).toEqual(gone.map(() => false));
  expect(await eventsOf(ofUser('stays'))).toEqual(['stays-2']);

  const again = await command(rotated, 'erase', 'erased');
  expect(again.stderr).toContain('Erased before: this is the first receipt.');
  expect(await command(rotated, 'lift', 'erased')).toMatchObject({ code: 0 });
  await waitUntil(
    'the bridge has heard of the lift',
    async () => {
      await send(visit(`erased-back-${Date.now()}`, { user_id: 'erased' }));
      return eventsOf(ofUser('erased'));
    },
    (events) => events.length > 0,
  );
});

test('a bridge without a key, or with one that cannot be told from an earlier one, does not start and says why', async () => {
  const [keyless, twice] = [
    deployment.start('bridge', { PSEUDONYM_KEY: '' }),
    deployment.start('bridge', { ...rotated, PSEUDONYM_KEY_VERSION: '1' }),
  ];
  expect([await keyless.ended, await twice.ended]).toEqual(['exit code 78', 'exit code 78']);
  expect(keyless.output).toMatch(/PSEUDONYM_KEY: expected a secret .*; without it no id may pass the bridge/);
  expect(twice.output).toMatch(
    /PSEUDONYM_KEY_VERSION: expected a version that no key of PSEUDONYM_KEYS_BEFORE/,
  );
});

test('the commands know somebody under both keys, and an erasure takes both', async () => {
  const quiet = await command(rotated, 'journey', 'quiet');
  expect(quiet.stdout).toContain(deployment.pseudonyms.ofUser('quiet'));
  const present = await command(rotated, 'journey', 'stays');
  expect(present.stdout).toContain(ofUser('stays'));

  const { stdout } = await command(rotated, 'erase', '--json', 'stays');
  const receipt = JSON.parse(stdout) as ErasureReceipt;
  expect(receipt).toMatchObject({ pseudonyms: 2, erased: { events: 2, runs: 2 } });
  expect(await eventsOf(ofUser('stays'), deployment.pseudonyms.ofUser('stays'))).toEqual([]);
});
