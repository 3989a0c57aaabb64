import type { Database } from '../connections/postgres.ts';
import type { Alert } from '../events/alert.ts';
import type { RuleAnnouncement } from '../events/alert-rule.ts';
import type { WebhookDelivery } from '../events/alert-webhook.ts';
import type { AlertRuleActivities } from './activities.ts';
import { insertAlerts, type PublishAlerts } from './publish-alerts.ts';
import { ruleAlertId, toRuleAlert } from './rule-alert.ts';

export interface AnnounceRuleParts {
  readonly database: Database;
  readonly publish: PublishAlerts;
  /** Has the webhook told, in its own time; where there is none, nothing. */
  readonly tellWebhook: (rule: string, delivery: WebhookDelivery) => Promise<void>;
}

/** The row first, then the topic, then the webhook. A crash in between repeats it, with the same keys. */
export function createAnnounceRule({
  database,
  publish,
  tellWebhook,
}: AnnounceRuleParts): Pick<AlertRuleActivities, 'announceRule' | 'acknowledgeAlert'> {
  return {
    announceRule: async (announcement) => {
      const alert = toRuleAlert(announcement);
      if (announcement.status === 'firing') {
        await database.query({ name: 'write-alerts', text: insertAlerts, values: [JSON.stringify([alert])] });
        await publish([alert]);
      } else {
        await resolve(announcement, alert);
        await publish([alert], 'resolved_published_at');
      }
      await tellWebhook(announcement.definition.name, { alert, status: announcement.status });
    },
    acknowledgeAlert: async ({ rule, firedAt, at, by }) => {
      const seen = { acknowledged_by: by, acknowledged_at: new Date(at).toISOString() };
      await database.query({
        name: 'acknowledge-alert',
        text: 'UPDATE alerts SET metadata = metadata || $2::jsonb WHERE alert_id = $1',
        values: [ruleAlertId(rule, firedAt), JSON.stringify(seen)],
      });
    },
  };

  async function resolve({ at, by }: RuleAnnouncement, alert: Alert): Promise<void> {
    await database.query({
      name: 'resolve-alert',
      text: `UPDATE alerts
        SET resolved = true, resolved_at = $2, resolved_by = $3, metadata = metadata || $4::jsonb
        WHERE alert_id = $1`,
      values: [
        alert.alert_id,
        new Date(at),
        by,
        JSON.stringify({
          status: 'resolved',
          resolved_message: alert.message,
          resolved_value: alert.metadata['value'],
        }),
      ],
    });
  }
}
