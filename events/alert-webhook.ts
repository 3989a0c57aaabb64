import type { Alert } from './alert.ts';

/** What is delivered to the webhook: a rule's alert, once when it fires and once when it is resolved. */
export interface WebhookDelivery {
  readonly alert: Alert;
  readonly status: 'firing' | 'resolved';
}

export const alertWebhookWorkflowType = 'alertWebhook';
/** One for each rule: what it says arrives in order, and a rule's deliveries hold up no other's. */
export const alertWebhookWorkflowId = (rule: string): string => `alert-webhook/${rule}`;
export const deliverSignalName = 'deliver';

/** The same delivery has the same key, however often it is tried. */
export const deliveryKey = ({ alert, status }: WebhookDelivery): string => `${alert.alert_id}/${status}`;
