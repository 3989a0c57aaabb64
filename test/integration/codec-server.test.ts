// The codec server decrypts for whoever has a token, and for nobody else: another token, no token, another page. Who decoded
// whose payloads is in the audit log before anything leaves.
import { randomBytes } from 'node:crypto';

import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { subjectReference } from '../../activities/subject-reference.ts';
import { DataKeys } from '../../connections/encryption/data-keys.ts';
import { EncryptionCodec } from '../../connections/encryption/encryption-codec.ts';
import { migrate } from '../../connections/migrate.ts';
import { journeyWorkflowId } from '../../events/letter.ts';
import { startCodecServer } from '../../workers/codec-server/run.ts';
import { deploy, type Deployment } from '../support/deployment.ts';

const origin = 'http://ui.test:8233';
const token = randomBytes(16).toString('hex');
const [ada, ben] = ['a', 'b'].map((digit) => `u1_${digit.repeat(32)}`) as [string, string];

let deployment: Deployment;
let server: Awaited<ReturnType<typeof startCodecServer>>;
let codec: EncryptionCodec;

beforeAll(async () => {
  deployment = await deploy({
    PAYLOAD_MASTER_KEY: `test:${randomBytes(32).toString('base64')}`,
    CODEC_TOKEN: `grace:${token}`,
    CODEC_ORIGIN: origin,
  });
  const { settings, log, database } = deployment;
  await migrate(settings, log);
  codec = new EncryptionCodec(new DataKeys(settings.PAYLOAD_MASTER_KEY ?? [], database), true);
  server = await startCodecServer({ ...settings, CODEC_PORT: 0 }, log);
});

afterAll(async () => {
  await server.stop();
  await deployment.close();
});

/** As the UI sends it. */
async function encrypted(journeyId: string, value: unknown): Promise<object> {
  const context = {
    type: 'workflow',
    namespace: 'default',
    workflowId: journeyWorkflowId(journeyId),
  } as const;
  const [payload] = await codec.encode([defaultPayloadConverter.toPayload(value)], context);
  const text = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('base64');
  const metadata = Object.entries(payload?.metadata ?? {}).map(([name, bytes]) => [name, text(bytes)]);
  return { metadata: Object.fromEntries(metadata) as object, data: text(payload?.data) };
}

const ask = (payloads: readonly object[], headers: Record<string, string>) =>
  fetch(`${server.address}/decode`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-namespace': 'default', ...headers },
    body: JSON.stringify({ payloads }),
  });

async function valuesOf(response: Response): Promise<unknown[]> {
  expect(response.status).toBe(200);
  const { payloads } = (await response.json()) as { payloads: { data: string }[] };
  return payloads.map(({ data }) => JSON.parse(Buffer.from(data, 'base64').toString()) as unknown);
}

const audited = async () => {
  const { rows } = await deployment.owner.query<{ actor: string; subject: string }>(
    `SELECT actor, subject FROM audit_log WHERE action = 'payload.decoded' ORDER BY subject`,
  );
  return rows;
};

const bearer = { authorization: `Bearer ${token}` };

test('without the token, or from another page, nothing is decoded and nothing audited', async () => {
  const payloads = [await encrypted(ada, 'secret of ada')];
  const refused = [
    await ask(payloads, {}),
    await ask(payloads, { authorization: 'Bearer of good news, sixteen' }),
    await ask(payloads, { authorization: `Bearer ${token}x` }),
    await ask(payloads, { cookie: `aisle-codec=grace.${'0'.repeat(64)}` }),
    await ask(payloads, { ...bearer, origin: 'http://evil.test' }),
  ];
  expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401, 403]);
  for (const response of refused) expect(await response.text()).not.toContain('secret');
  expect(await audited()).toEqual([]);
  expect((await ask([], bearer)).headers.get('access-control-allow-origin')).toBe(origin);
  expect((await fetch(`${server.address}/encode`, { method: 'POST', headers: bearer })).status).toBe(404);
});

test('with the token payloads come back plain, in order, and the audit log says who read whose', async () => {
  const plain = {
    metadata: { encoding: Buffer.from('json/plain').toString('base64') },
    data: Buffer.from('7').toString('base64'),
  };
  const payloads = [await encrypted(ada, 'secret of ada'), plain, await encrypted(ben, { of: 'ben' })];
  const response = await ask(payloads, { ...bearer, origin });
  expect(await valuesOf(response)).toEqual(['secret of ada', 7, { of: 'ben' }]);
  expect(await audited()).toEqual(
    [ada, ben]
      .map((id) => ({ actor: 'grace', subject: subjectReference(id) }))
      .sort((a, b) => (a.subject < b.subject ? -1 : 1)),
  );
});

test('a browser logs in once and decodes by its cookie, which is not the token', async () => {
  const logIn = (given: string) =>
    fetch(`${server.address}/log-in`, { method: 'POST', body: new URLSearchParams({ token: given }) });
  expect((await logIn('a wrong token, long enough')).status).toBe(401);
  const welcome = await logIn(token);
  const cookie = welcome.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
  expect(cookie).not.toContain(token);
  const [value = ''] = cookie.split(';');
  expect(await valuesOf(await ask([await encrypted(ada, 1)], { cookie: value, origin }))).toEqual([1]);
});

test('a payload whose key is destroyed says so in its place, and its neighbours are read', async () => {
  const lost = `u1_${'c'.repeat(32)}`;
  const payloads = [await encrypted(lost, 'gone'), await encrypted(ada, 'here')];
  await deployment.owner.query('DELETE FROM journey_keys WHERE journey_id = $1', [lost]);
  expect(await valuesOf(await ask(payloads, bearer))).toEqual([
    expect.stringMatching(/^\[a payload cannot be read any more: its key .* has been destroyed\]$/),
    'here',
  ]);
});
