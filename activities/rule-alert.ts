import type { Alert } from '../events/alert.ts';
import type { RuleAnnouncement } from '../events/alert-rule.ts';
import { messageOf } from '../events/rule-words.ts';
import { stableId } from './stable-id.ts';

export const ruleAlertId = (rule: string, firedAt: number): string => stableId('rule', rule, firedAt);

/** A rule's alert as the world reads it. Firing and resolving have one `alert_id`: `metadata.status` tells them apart. */
export function toRuleAlert(announcement: RuleAnnouncement): Alert {
  const { definition, status, firedAt, at, value, samples, subject, by } = announcement;
  const { name, severity, measure, side, threshold, windowMs, forMs } = definition;
  return {
    alert_id: ruleAlertId(name, firedAt),
    alert_type: name,
    severity,
    message: messageOf(announcement),
    timestamp: new Date(at).toISOString(),
    metadata: {
      status,
      fired_at: new Date(firedAt).toISOString(),
      metric: 'sql' in measure ? null : measure.metric,
      value,
      samples,
      subject,
      condition: side,
      threshold,
      window_seconds: windowMs / 1000,
      for_seconds: forMs / 1000,
      ...(status === 'resolved' ? { resolved_by: by } : {}),
    },
  };
}
