import type { MessageProducer, OutgoingMessage } from '../connections/kafka.ts';
import { inTransaction, isDatabaseUnavailable, type Database } from '../connections/postgres.ts';
import type { Alert } from '../events/alert.ts';
import type { JourneyActivities } from './activities.ts';
import { GroupCommit } from './group-commit.ts';
import { toAlert } from './journey-alert.ts';
import { journeyStatements, type JourneyEntry } from './journey-rows.ts';
import { toSegmentMessage } from './segment-message.ts';

const mostJourneysInACommit = 500;

/**
 * Rows first, then the alerts and the changes of segment on their topics: what somebody acts on can always be looked up.
 * A crash between the two repeats both, with the same keys.
 */
export function createRecordJourney(
  database: Database,
  producer: MessageProducer,
  alertsTopic: string,
  userActivityTopic: string,
): JourneyActivities['recordJourney'] {
  const rows = new GroupCommit<JourneyEntry & { readonly alerts: readonly Alert[] }>(
    (entries) =>
      inTransaction(database, async (session) => {
        for (const { name, text, rows: written } of journeyStatements(entries)) {
          await session.query({ name, text, values: [JSON.stringify(written)] });
        }
        const alerts = entries.flatMap((entry) => entry.alerts);
        if (alerts.length > 0)
          await session.query({ name: 'write-alerts', text: insertAlerts, values: [JSON.stringify(alerts)] });
      }),
    { mostEntries: mostJourneysInACommit, concernsEverybody: isDatabaseUnavailable },
  );
  // Each change is small, and many journeys change at once under load: one request carries them all.
  const segments = new GroupCommit<OutgoingMessage>(
    (messages) => producer.send(userActivityTopic, messages),
    {
      mostEntries: mostJourneysInACommit,
      concernsEverybody: () => true,
    },
  );
  return async (journeyId, record) => {
    const alerts = record.alerts.map((alert) => toAlert(journeyId, alert));
    await rows.commit({ journeyId, record, alerts });
    if (alerts.length > 0) await producer.send(alertsTopic, alerts.map(toMessage));
    for (const row of record.segments) await segments.commit(toSegmentMessage(journeyId, row));
  };
}

const toMessage = (alert: Alert) => ({ key: alert.alert_type, value: JSON.stringify(alert) });

const insertAlerts = `
  INSERT INTO alerts (alert_id, alert_type, severity, message, "timestamp", metadata)
  SELECT alert_id, alert_type, severity, message, "timestamp", metadata
  FROM jsonb_to_recordset($1::jsonb) AS r(
    alert_id text, alert_type text, severity text, message text, "timestamp" timestamptz, metadata jsonb)
  ON CONFLICT DO NOTHING`;
