/**
 * Protects: what a rule says reaches the webhook in order, once each, signed, however long the webhook fails; and what waits
 * has a bound. The server is a real one; its hour of failure is skipped.
 */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';

import { createCallWebhook, signatureOf } from '../../activities/call-webhook.ts';
import type { Alert } from '../../events/alert.ts';
import { alertWebhookWorkflowId, type WebhookDelivery } from '../../events/alert-webhook.ts';
import type { Settings } from '../../settings/settings.ts';
import { hour, minute } from '../support/alert-rule.ts';
import { alertWebhook, deliverSignal } from '../../workflows/alert-webhook.ts';
import { createEnvironment, workflowBundle } from './journey-environment.ts';

const secret = 'a secret of the receiver';

interface Call {
  readonly at: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let environment: TestWorkflowEnvironment;
let server: Server;
let calls: Call[] = [];
/** How the webhook answers at a time of the test's clock. */
let answer: (now: number) => { readonly status: number; readonly headers?: Record<string, string> } = () => ({
  status: 200,
});
let tests = 0;

beforeAll(async () => {
  environment = await createEnvironment(inject('testServerPath'));
});
afterAll(() => environment.teardown());

beforeEach(async () => {
  calls = [];
  server = createServer((request, response) => {
    void (async () => {
      const [body, at] = [await text(request), await environment.currentTimeMs()];
      calls.push({ at, headers: request.headers, body });
      const { status, headers = {} } = answer(at);
      response.writeHead(status, headers).end('no matter');
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const alert: Alert = {
  alert_id: 'a-1',
  alert_type: 'slow_page_load',
  severity: 'warning',
  message: 'The average page load is 4 s, above 3 s & <rising>',
  timestamp: '2026-04-01T09:00:00.000Z',
  metadata: { status: 'firing' },
};
const firing: WebhookDelivery = { alert, status: 'firing' };
const resolved: WebhookDelivery = {
  alert: { ...alert, metadata: { status: 'resolved' } },
  status: 'resolved',
};

const keys = (): unknown[] => calls.map(({ headers }) => headers['idempotency-key']);

/** Signals the deliveries and waits until the workflow has nothing left to do. */
async function deliver(
  format: Settings['ALERT_WEBHOOK_FORMAT'],
  deliveries: readonly WebhookDelivery[],
): Promise<void> {
  const taskQueue = `webhooks-${++tests}`;
  const { port } = server.address() as AddressInfo;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    namespace: environment.client.options.namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: {
      callWebhook: createCallWebhook({
        ALERT_WEBHOOK_URL: `http://127.0.0.1:${port}/hook`,
        ALERT_WEBHOOK_FORMAT: format,
        ALERT_WEBHOOK_SECRET: secret,
      }),
    },
    maxCachedWorkflows: 0,
  });
  await worker.runUntil(async () => {
    const [first, ...others] = deliveries;
    if (!first) return;
    const handle = await environment.client.workflow.signalWithStart(alertWebhook, {
      ...{ workflowId: alertWebhookWorkflowId(taskQueue), taskQueue },
      signal: deliverSignal,
      signalArgs: [first],
      args: [],
    });
    for (const delivery of others) await handle.signal(deliverSignal, delivery);
    await handle.result();
  });
}

it('delivers in order and once each after an hour of failure, every attempt with the same key', async () => {
  const start = await environment.currentTimeMs();
  answer = (now) => ({ status: now < start + hour ? 503 : 200 });
  await deliver('json', [firing, resolved, firing, resolved]);
  const attempts = calls.filter(({ at }) => at < start + hour);
  // From a second to five minutes apart: neither a storm nor a silence.
  expect(attempts.length).toBeGreaterThan(10);
  expect(attempts.length).toBeLessThan(30);
  expect(keys()).toEqual([...attempts.map(() => 'a-1/firing'), 'a-1/firing', 'a-1/resolved']);
  expect(Math.max(...calls.map(({ at }) => at)) - start).toBeLessThan(hour + 6 * minute);
  expect(calls.slice(-2).map(({ body }) => JSON.parse(body) as Alert)).toEqual([
    firing.alert,
    resolved.alert,
  ]);
});

it('signs time and body', async () => {
  answer = () => ({ status: 204 });
  await deliver('json', [firing]);
  const [call] = calls;
  const timestamp = Number(call?.headers['x-aisle-timestamp']);
  expect(Math.abs(Date.now() / 1000 - timestamp)).toBeLessThan(60);
  expect(call?.headers['x-aisle-signature']).toBe(`v1=${signatureOf(secret, timestamp, call?.body ?? '')}`);
  expect(signatureOf(secret, timestamp, `${call?.body} `)).not.toBe(
    signatureOf(secret, timestamp, call?.body ?? ''),
  );
});

it('speaks to Slack', async () => {
  answer = () => ({ status: 200 });
  await deliver('slack', [firing, resolved]);
  const texts = calls.map(({ body }) => (JSON.parse(body) as { text: string }).text);
  expect(texts).toEqual([
    ':warning: *slow_page_load* firing: The average page load is 4 s, above 3 s &amp; &lt;rising&gt;',
    expect.stringMatching(/^:white_check_mark: \*slow_page_load\* resolved: /),
  ]);
});

it('comes back when the receiver says, follows no redirect, and gives up after a day for what comes next', async () => {
  const start = await environment.currentTimeMs();
  answer = (now) => {
    if (now < start + 20 * minute) return { status: 429, headers: { 'retry-after': '1200' } };
    if (now < start + 25 * hour) return { status: 302, headers: { location: '/elsewhere' } };
    return { status: 200 };
  };
  await deliver('json', [firing, resolved]);
  expect(calls.filter(({ at }) => at < start + 20 * minute)).toHaveLength(1);
  expect(keys().filter((key, index, all) => key !== all[index - 1])).toEqual(['a-1/firing', 'a-1/resolved']);
  expect(calls.at(-1)?.at).toBeGreaterThan(start + 25 * hour);
});
