import type { WebhookDelivery } from '../events/alert-webhook.ts';
import type { Settings } from '../settings/settings.ts';

const signs = {
  info: ':information_source:',
  warning: ':warning:',
  error: ':x:',
  critical: ':rotating_light:',
};

/** The alert as on its topic, or as a message that Slack and what is compatible with it show. */
export function webhookBody(
  { alert, status }: WebhookDelivery,
  format: Settings['ALERT_WEBHOOK_FORMAT'],
): string {
  if (format === 'json') return JSON.stringify(alert);
  const sign = status === 'resolved' ? ':white_check_mark:' : signs[alert.severity];
  return JSON.stringify({
    text: `${sign} *${escaped(alert.alert_type)}* ${status}: ${escaped(alert.message)}`,
  });
}

/** Slack reads these three as control characters. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
