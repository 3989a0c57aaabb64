import type { MessageProducer, OutgoingMessage } from '../connections/kafka.ts';
import { inTransaction, isDatabaseUnavailable, type Database } from '../connections/postgres.ts';
import type { Alert } from '../events/alert.ts';
import type { JourneyRecord } from '../events/journey-record.ts';
import type { Letter } from '../events/letter.ts';
import type { JourneyActivities } from './activities.ts';
import { GroupCommit } from './group-commit.ts';
import { toAlert } from './journey-alert.ts';
import { journeyStatements, type JourneyEntry } from './journey-rows.ts';
import { createPublishAlerts, insertAlerts } from './publish-alerts.ts';
import { toSegmentMessage } from './segment-message.ts';

const mostJourneysInACommit = 500;

export interface RecordJourneyParts {
  readonly database: Database;
  readonly producer: MessageProducer;
  readonly alertsTopic: string;
  readonly userActivityTopic: string;
  /** Sends a letter to a journey, starting it when it is not running. */
  readonly deliver: (journeyId: string, letter: Letter) => Promise<void>;
  readonly deliverIfRunning: (journeyId: string, letter: Letter) => Promise<void>;
}

/**
 * Rows first, then the alerts and the changes of segment on their topics: what somebody acts on can always be looked up.
 * Last, the word to other journeys about visitors who turned out to be users. A crash in between repeats all of it, with
 * the same keys.
 */
export function createRecordJourney(parts: RecordJourneyParts): JourneyActivities['recordJourney'] {
  const { database, producer, alertsTopic, userActivityTopic } = parts;
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
  const publish = createPublishAlerts(database, producer, alertsTopic);
  // Each change is small, and many journeys change at once under load: one request carries them all.
  const segments = new GroupCommit<OutgoingMessage>(
    (messages) => producer.send(userActivityTopic, messages),
    { mostEntries: mostJourneysInACommit, concernsEverybody: () => true },
  );

  return async (journeyId, record) => {
    const alerts = record.alerts.map((alert) => toAlert(journeyId, alert));
    await rows.commit({ journeyId, record, alerts });
    if (alerts.length > 0) await publish(alerts);
    for (const row of record.segments) await segments.commit(toSegmentMessage(journeyId, row));
    await tellOthers(parts, journeyId, record);
  };
}

async function tellOthers(
  { deliver, deliverIfRunning }: RecordJourneyParts,
  journeyId: string,
  { joinedVisitors, handOvers }: JourneyRecord,
): Promise<void> {
  const empty = { incarnations: {}, lines: [] };
  for (const { visitorId } of joinedVisitors) {
    await deliverIfRunning(visitorId, { ...empty, appendedUpTo: 0, asks: true });
  }
  for (const { userId, appendedUpTo, eventsUpTo } of handOvers) {
    await deliver(userId, { ...empty, appendedUpTo, eventsUpTo, joins: { [journeyId]: appendedUpTo } });
  }
}
