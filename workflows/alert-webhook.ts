import {
  ActivityFailure,
  condition,
  continueAsNew,
  defineSignal,
  log,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

import type { AlertWebhookActivities } from '../activities/activities.ts';
import { deliverSignalName, deliveryKey, type WebhookDelivery } from '../events/alert-webhook.ts';

export const deliverSignal = defineSignal<[WebhookDelivery]>(deliverSignalName);

/** Tried for a day, at ever longer distances up to five minutes. */
const { callWebhook } = proxyActivities<AlertWebhookActivities>({
  startToCloseTimeout: '15s',
  scheduleToCloseTimeout: '24h',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5m' },
});

/** A rule that says more than this while nobody listens is cut at its oldest: the latest tell where it stands. */
const mostWaiting = 100;
const mostRemembered = 20;

export interface AlertWebhookState {
  readonly waiting: readonly WebhookDelivery[];
  readonly delivered: readonly string[];
}

/** Delivers what one rule says to the webhook, in order, and ends when nothing is left. */
export async function alertWebhook(state: AlertWebhookState = { waiting: [], delivered: [] }): Promise<void> {
  const waiting = [...state.waiting];
  let delivered = [...state.delivered];
  setHandler(deliverSignal, (delivery) => {
    const key = deliveryKey(delivery);
    const isKnown = delivered.includes(key) || waiting.some((other) => deliveryKey(other) === key);
    if (isKnown) return;
    waiting.push(delivery);
    // The first is under way.
    if (waiting.length > mostWaiting) waiting.splice(1, 1);
  });
  await condition(() => waiting.length > 0);
  for (let next = waiting[0]; next; next = waiting[0]) {
    setCurrentDetails(
      `Delivering that **${next.alert.alert_type}** is ${next.status}; ${waiting.length} wait.`,
    );
    try {
      await callWebhook(next);
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      log.error('an alert could not be delivered to the webhook for a day, and is given up', {
        alert: next.alert.alert_id,
      });
    }
    waiting.shift();
    delivered = [...delivered, deliveryKey(next)].slice(-mostRemembered);
    if (workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof alertWebhook>({ waiting, delivered });
  }
}
