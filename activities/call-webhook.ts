import { createHmac } from 'node:crypto';

import { ApplicationFailure } from '@temporalio/common';

import { deliveryKey, type WebhookDelivery } from '../events/alert-webhook.ts';
import type { Settings } from '../settings/settings.ts';
import type { AlertWebhookActivities } from './activities.ts';
import { webhookBody } from './webhook-body.ts';

const longestAnswerMs = 10_000;
const longestRetryAfterMs = 60 * 60_000;

type WebhookSettings = Pick<Settings, 'ALERT_WEBHOOK_URL' | 'ALERT_WEBHOOK_FORMAT' | 'ALERT_WEBHOOK_SECRET'>;

/**
 * Posts one alert to the webhook. Any answer but 2xx fails, and is tried again by whoever called; a failure names the status
 * and never the address, which may be a secret. Redirects are not followed: the alert is for that address alone.
 */
export function createCallWebhook(settings: WebhookSettings): AlertWebhookActivities['callWebhook'] {
  const { ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_FORMAT: format, ALERT_WEBHOOK_SECRET: secret } = settings;
  return async (delivery) => {
    if (url === undefined) return 'not configured';
    const body = webhookBody(delivery, format);
    const response = await post(url, body, headersOf(delivery, body, secret));
    await response.body?.cancel();
    if (response.ok) return 'delivered';
    throw ApplicationFailure.create({
      message: `the webhook answers ${response.status}`,
      type: 'WebhookRefused',
      ...nextTry(response.headers.get('retry-after')),
    });
  };
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(longestAnswerMs);
    return await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal });
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { code?: string };
    const reason = (error as Error).name === 'TimeoutError' ? 'within 10 s' : (code ?? 'at all');
    throw ApplicationFailure.create({
      message: `the webhook does not answer (${reason})`,
      type: 'WebhookAway',
    });
  }
}

function headersOf(
  delivery: WebhookDelivery,
  body: string,
  secret: string | undefined,
): Record<string, string> {
  const timestamp = Math.floor(Date.now() / 1000);
  return {
    'content-type': 'application/json',
    'user-agent': 'aisle',
    'idempotency-key': deliveryKey(delivery),
    'x-aisle-timestamp': String(timestamp),
    ...(secret === undefined ? {} : { 'x-aisle-signature': `v1=${signatureOf(secret, timestamp, body)}` }),
  };
}

/** HMAC-SHA-256 over the time in seconds, a dot and the body: a receiver refuses what is old, or was changed. */
export const signatureOf = (secret: string, timestamp: number, body: string): string =>
  createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');

/** A receiver may say when to come back, in seconds. */
function nextTry(retryAfter: string | null): { nextRetryDelay?: number } {
  const seconds = Number(retryAfter ?? Number.NaN);
  return seconds > 0 ? { nextRetryDelay: Math.min(longestRetryAfterMs, seconds * 1000) } : {};
}
