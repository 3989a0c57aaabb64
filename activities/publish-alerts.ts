import type { MessageProducer } from '../connections/kafka.ts';
import type { Database } from '../connections/postgres.ts';
import type { Alert } from '../events/alert.ts';

/** Where a row says that its alert was told: when it was first said, and when it was resolved. */
export type ToldIn = 'published_at' | 'resolved_published_at';

export type PublishAlerts = (alerts: readonly Alert[], toldIn?: ToldIn) => Promise<void>;

/**
 * Tells the topic of alerts whose rows are there and do not say that it was told. An alert that another journey has told
 * already, the visitor's before it was the user's, is not told again; a crash before it is noted tells it again.
 */
export function createPublishAlerts(
  database: Database,
  producer: MessageProducer,
  alertsTopic: string,
): PublishAlerts {
  return async (alerts, toldIn = 'published_at') => {
    const ids = alerts.map(({ alert_id: id }) => id);
    const { rows: untold } = await database.query<{ alert_id: string }>({
      name: `untold-alerts-${toldIn}`,
      text: `SELECT alert_id FROM alerts WHERE alert_id = ANY($1) AND ${toldIn} IS NULL`,
      values: [ids],
    });
    const due = new Set(untold.map(({ alert_id: id }) => id));
    const messages = alerts.filter(({ alert_id: id }) => due.has(id)).map(toMessage);
    if (messages.length === 0) return;
    await producer.send(alertsTopic, messages);
    await database.query({
      name: `told-alerts-${toldIn}`,
      text: `UPDATE alerts SET ${toldIn} = now() WHERE alert_id = ANY($1) AND ${toldIn} IS NULL`,
      values: [ids],
    });
  };
}

const toMessage = (alert: Alert) => ({ key: alert.alert_type, value: JSON.stringify(alert) });

/** `$1`: alerts as JSON. A row that is there is left as it is. */
export const insertAlerts = `
  INSERT INTO alerts (alert_id, alert_type, severity, message, "timestamp", metadata)
  SELECT alert_id, alert_type, severity, message, "timestamp", metadata
  FROM jsonb_to_recordset($1::jsonb) AS r(
    alert_id text, alert_type text, severity text, message text, "timestamp" timestamptz, metadata jsonb)
  ON CONFLICT DO NOTHING`;
