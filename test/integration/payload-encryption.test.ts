// With PAYLOAD_ENCRYPTION=on Temporal holds nothing of a journey that can be read without the keys, failures included; with
// them everything works as before. A destroyed key, or another master key, ends that with a clear word.
import { randomBytes } from 'node:crypto';

import { DefaultLogger, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { dataConverterOf } from '../../connections/encryption/data-converter.ts';
import { journeyWorkflowId } from '../../events/letter.ts';
import { reuseBundle } from '../../workers/bundle-cache.ts';
import { workflowCode } from '../../workers/workflow-source.ts';
import { aisleWith } from '../support/aisle-command.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { textIn } from '../support/readable.ts';
import { openProducer } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

const masterKey = () => `test:${randomBytes(32).toString('base64')}`;
/** What was sent, what activities write, what failures say, and what summaries are; nothing that a random id may hold. */
const plain = /lamp-seven|zz-\d|\/cart|lines|journeyId|carts_away|does not exist|user’s journey/;

let deployment: Deployment;
let workflowId: string;

beforeAll(async () => {
  deployment = await deploy({ PAYLOAD_ENCRYPTION: 'on', PAYLOAD_MASTER_KEY: masterKey() });
  await deployment.migrate();
  workflowId = journeyWorkflowId(deployment.pseudonyms.ofUser('ada'));
  await Promise.all([deployment.start('bridge').ready, deployment.start('worker').ready]);
});

afterAll(() => deployment.close());

async function send(...events: readonly object[]): Promise<void> {
  const producer = await openProducer(inject('kafka'), deployment.topics.rawEvents.name);
  const common = { user_id: 'ada', session_id: 'ada-1', timestamp: new Date().toISOString() };
  await producer.send(
    events.map((event) => ({ key: 'ada', value: JSON.stringify({ ...common, ...event }) })),
  );
  await producer.close();
}

const journey = (changes: Record<string, string> = {}) =>
  aisleWith({ ...deployment.environment, ...changes }, 'journey', 'ada');

const handle = () => deployment.temporal.workflow.getHandle(workflowId);

test('the history holds nothing that can be read, nor do its failures, and the journey can still be asked', async () => {
  const { database } = deployment;
  await send({ event_id: 'zz-1', action: 'pageview', page: '/product/lamp-seven' });
  await waitUntil('the journey is there', journey, ({ code }) => code === 0);
  await deployment.owner.query('ALTER TABLE carts RENAME TO carts_away');
  await send({ event_id: 'zz-2', action: 'add_to_cart', items: [{ product_id: 'lamp-seven', price: 49.9 }] });
  const failing = await waitUntil(
    'an activity has failed',
    async () => (await handle().describe()).raw.pendingActivities?.[0],
    (activity) => Boolean(activity?.lastFailure),
  );
  expect(failing?.lastFailure?.message).toBe('Encoded failure');
  expect(textIn(failing)).not.toMatch(plain);
  await deployment.owner.query('ALTER TABLE carts_away RENAME TO carts');

  const shown = await waitUntil('the cart is written', journey, ({ stdout }) =>
    stdout.includes('lamp-seven'),
  );
  expect(shown.stderr).toBe('');
  await waitUntil(
    'the activity has come through',
    async () => (await handle().describe()).raw.pendingActivities?.length ?? 0,
    (pending) => pending === 0,
  );
  const [history, description] = [await handle().fetchHistory(), (await handle().describe()).raw];
  const text = textIn([history, description]);
  expect(text).toContain('binary/encrypted');
  expect(text).not.toMatch(plain);
  // The check itself: what goes unencrypted is found by it.
  expect(textIn([Buffer.from('{"lines":[]}')])).toMatch(plain);

  const { rows } = await database.query<{ journey_id: string }>(
    `SELECT journey_id FROM journey_keys WHERE journey_id <> 'system'`,
  );
  expect(rows).toEqual([{ journey_id: deployment.pseudonyms.ofUser('ada') }]);
});

test('an encrypted history is replayed to the same commands', async () => {
  const dataConverter = dataConverterOf(deployment.settings, () => deployment.database);
  const workflowBundle = await reuseBundle(workflowCode('on'), new DefaultLogger('ERROR'));
  await Worker.runReplayHistory({ workflowBundle, dataConverter }, await handle().fetchHistory());
});

test('without the right master key, or with the journey’s key destroyed, nothing is shown and the reason is said', async () => {
  const [another, renamed, none] = await Promise.all([
    journey({ PAYLOAD_MASTER_KEY: masterKey() }),
    journey({ PAYLOAD_MASTER_KEY: masterKey().replace('test', 'other') }),
    journey({ PAYLOAD_ENCRYPTION: 'off', PAYLOAD_MASTER_KEY: '' }),
  ]);
  await deployment.owner.query('DELETE FROM journey_keys');
  const destroyed = await journey();
  const results = [another, renamed, none, destroyed];
  expect(results.map(({ code, stdout }) => [code, stdout])).toEqual(results.map(() => [1, '']));
  expect(results.map(({ stderr }) => stderr)).toEqual([
    expect.stringMatching(/^What Temporal answered cannot be read: PAYLOAD_MASTER_KEY does not open .*\n$/),
    expect.stringMatching(/: it is wrapped by test, which is not among them\.\n$/),
    expect.stringMatching(/^What .*: a payload is encrypted: set PAYLOAD_MASTER_KEY to .*\n$/),
    expect.stringMatching(
      /^What .*: a payload cannot be read any more: its key [-0-9a-f]{36} has been destroyed\.\n$/,
    ),
  ]);
});
