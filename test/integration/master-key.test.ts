/**
 * Protects: the master key can be changed under a running system: `npx aisle rewrap-keys` brings every key of a journey from
 * the old ones to the newest, wherever it is broken off; what was encrypted stays readable; no destroyed key comes back; and
 * where a master key is missing, or another, nothing is lost and the reason is said.
 */
import { randomBytes } from 'node:crypto';

import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { rewrapKeys } from '../../activities/encryption/rewrap-keys.ts';
import { DataKeys } from '../../connections/encryption/data-keys.ts';
import { EncryptionCodec } from '../../connections/encryption/encryption-codec.ts';
import { migrate } from '../../connections/migrate.ts';
import type { MasterKey } from '../../settings/master-keys.ts';
import { aisleWith } from '../support/aisle-command.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { waitUntil } from '../support/wait-until.ts';

const masterKey = (id: string): MasterKey => ({ id, key: randomBytes(32) });
const [oldest, old, newest] = ['2025-01', '2026-01', '2027-01'].map(masterKey) as [
  MasterKey,
  MasterKey,
  MasterKey,
];
const asSetting = (keys: readonly MasterKey[]): string =>
  keys.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(',');

let deployment: Deployment;
const payloads = new Map<string, Payload>();

beforeAll(async () => {
  deployment = await deploy();
  await migrate(deployment.settings, deployment.log);
});

afterAll(() => deployment.close());

const codecOf = (...masterKeys: readonly MasterKey[]) =>
  new EncryptionCodec(new DataKeys(masterKeys, deployment.database), true);

/** 300 journeys from the time of the oldest key, 900 of the old one: more than two batches. */
beforeEach(async () => {
  await deployment.owner.query('DELETE FROM journey_keys');
  for (const [master, from, to] of [
    [oldest, 0, 300],
    [old, 300, 1200],
  ] as const) {
    const codec = codecOf(master);
    const ids = Array.from({ length: to - from }, (_, n) => `journey/u1_${from + n}`);
    await Promise.all(
      ids.map(async (workflowId) => {
        const plain = [defaultPayloadConverter.toPayload(`said by ${workflowId}`)];
        const context = { type: 'workflow', namespace: 'default', workflowId } as const;
        const [payload] = await codec.encode(plain, context);
        if (payload) payloads.set(workflowId, payload);
      }),
    );
  }
});

const rewrap = (masterKeys: readonly MasterKey[], ...words: string[]) =>
  aisleWith(
    { ...deployment.environment, AUDIT_ACTOR: 'grace', PAYLOAD_MASTER_KEY: asSetting(masterKeys) },
    'rewrap-keys',
    ...words,
  );

async function wrappedBy(): Promise<Record<string, number>> {
  const { rows } = await deployment.database.query<{ id: string; count: number }>(
    'SELECT master_key_id AS id, count(*) AS count FROM journey_keys GROUP BY 1',
  );
  return Object.fromEntries(rows.map(({ id, count }) => [id, count]));
}

async function audited(): Promise<unknown[]> {
  const { rows } = await deployment.owner.query<{ entry: unknown }>(
    `SELECT jsonb_build_array(actor, action, subject, details) AS entry FROM audit_log ORDER BY entry_id`,
  );
  return rows.map(({ entry }) => entry);
}

async function expectAllReadable(codec: EncryptionCodec, ids = [...payloads.keys()]): Promise<void> {
  const read = await codec.decode(ids.map((id) => payloads.get(id) as Payload));
  expect(read.map((payload) => defaultPayloadConverter.fromPayload(payload))).toEqual(
    ids.map((id) => `said by ${id}`),
  );
}

test('the command brings all keys under the newest one, which then suffices, and is audited', async () => {
  const before = await audited();
  await expectAllReadable(codecOf(newest, old, oldest));
  const look = await rewrap([newest, old], '--dry-run');
  expect(look).toEqual({
    code: 0,
    stderr: '',
    stdout:
      '2027-01 wraps 0 keys\n2026-01 wraps 900 keys\n2025-01 wraps 300 keys; PAYLOAD_MASTER_KEY does not have it\n',
  });
  expect(await audited()).toEqual(before);

  const done = await rewrap([newest, old, oldest]);
  expect(done).toMatchObject({
    code: 0,
    stdout: 'Wrapped by 2027-01 now: 1200 keys. Nothing is left under 2025-01, 2026-01.\n',
  });
  expect(await wrappedBy()).toEqual({ '2027-01': 1200 });
  await expectAllReadable(codecOf(newest));
  expect((await audited()).slice(before.length)).toEqual([
    ['grace', 'master-key.rotation-begun', '2027-01', { keys: { '2025-01': 300, '2026-01': 900 } }],
    ['grace', 'master-key.rotated', '2027-01', { keys: 1200, from: ['2025-01', '2026-01'] }],
  ]);
  const again = await rewrap([newest]);
  expect(again.stdout).toBe('Every key is wrapped by 2027-01: there is nothing to do.\n');
  expect(await audited()).toHaveLength(before.length + 2);
});

test('without an old master key nothing is changed, and the command says which one it needs', async () => {
  const [before, log] = [await wrappedBy(), await audited()];
  const missing = await rewrap([newest, old]);
  expect(missing).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'PAYLOAD_MASTER_KEY does not have 2025-01, which wraps 300 keys: add it behind 2027-01 and run this again. Nothing was changed.\n',
  });
  const none = await aisleWith({ ...deployment.environment, PAYLOAD_MASTER_KEY: '' }, 'rewrap-keys');
  expect(none).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^There is no master key: set /) as string,
  });
  expect([await wrappedBy(), await audited()]).toEqual([before, log]);
});

test('another key under the name of an old one is found out, and no key is lost by it', async () => {
  const wrong = await rewrap([newest, old, masterKey(oldest.id)]);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toMatch(
    /^PAYLOAD_MASTER_KEY does not open the key of a payload: 2025-01 is not the key that wrapped it\. Wrapped anew before it: \d+ keys; all others stay as they were\.\n$/,
  );
  expect((await wrappedBy())['2025-01']).toBe(300);
  await expectAllReadable(codecOf(newest, old, oldest));
});

test('broken off after a batch, it goes on with the rest; meanwhile everything can be read and new keys are made', async () => {
  const { database } = deployment;
  const masterKeys = [newest, old, oldest];
  for await (const rewrapped of rewrapKeys(database, masterKeys)) {
    expect(rewrapped).toBe(500);
    break;
  }
  expect((await wrappedBy())['2027-01']).toBe(500);
  const codec = codecOf(...masterKeys);
  await expectAllReadable(codec);
  await new DataKeys(masterKeys, database).forJourney('u1_new');
  const steps: number[] = [];
  for await (const rewrapped of rewrapKeys(database, masterKeys)) steps.push(rewrapped);
  expect(steps).toEqual([500, 700]);
  expect(await wrappedBy()).toEqual({ '2027-01': 1201 });
  await expectAllReadable(codecOf(newest));
});

test('two at once do the work once, and a key that an erasure destroys meanwhile stays destroyed', async () => {
  const { owner, database, administrator } = deployment;
  const eraser = await owner.connect();
  try {
    await eraser.query('BEGIN');
    await eraser.query(`DELETE FROM journey_keys WHERE journey_id IN ('u1_7', 'u1_700')`);
    const run = async (): Promise<number> => {
      let count = 0;
      for await (count of rewrapKeys(database, [newest, old, oldest]));
      return count;
    };
    const both = Promise.all([run(), run()]);
    await waitUntil(
      'both wait for the erasure or for one another',
      () =>
        administrator.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        ),
      ({ rowCount }) => rowCount === 2,
    );
    await eraser.query('COMMIT');
    const counts = await both;
    expect(counts.reduce((sum, count) => sum + count)).toBe(1198);
  } finally {
    eraser.release(true);
  }
  expect(await wrappedBy()).toEqual({ '2027-01': 1198 });
  const left = [...payloads.keys()].filter((id) => !['journey/u1_7', 'journey/u1_700'].includes(id));
  await expectAllReadable(codecOf(newest), left);
  const [lost] = [payloads.get('journey/u1_7') as Payload];
  await expect(codecOf(newest).decode([lost])).rejects.toThrow(/has been destroyed$/);
});
