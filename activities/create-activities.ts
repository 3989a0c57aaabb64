import type { MessageProducer } from '../connections/kafka.ts';
import type { Database } from '../connections/postgres.ts';
import { topicsWithPrefix } from '../events/topics.ts';
import type { Settings } from '../settings/settings.ts';
import type { Activities } from './activities.ts';
import { createAskSilence } from './ask-silence.ts';
import { createRecordJourney } from './record-journey.ts';
import { createRollUp } from './roll-up.ts';

export interface ActivityDependencies {
  readonly database: Database;
  readonly producer: MessageProducer;
  readonly settings: Settings;
}

/** Every effect of the workflows, one file each. */
export function createActivities({ database, producer, settings }: ActivityDependencies): Activities {
  const topics = topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX);
  return {
    recordJourney: createRecordJourney(database, producer, topics.alerts.name, topics.userActivity.name),
    askSilence: createAskSilence(database, topics.rawEvents.name),
    rollUp: createRollUp(database, producer, topics.userActivity.name, settings.SESSION_GAP),
  };
}
