import { scanDeadLetters } from '../../bridge/dead-letters/scan.ts';
import type { StoredDeadLetter } from '../../bridge/dead-letters/dead-letter.ts';
import type { RawTopic } from '../../bridge/dead-letters/raw-messages.ts';
import { connectKafka, type KafkaConnection } from '../../connections/kafka.ts';
import { createLog } from '../../connections/log.ts';
import type { Database } from '../../connections/postgres.ts';
import { topicsWithPrefix } from '../../events/topics.ts';
import type { Settings } from '../../settings/settings.ts';
import { onStopRequest } from '../../stack/stop-request.ts';
import { askDatabase } from '../ask-database.ts';
import { settingsOfRunningSystem } from '../journey/running-system.ts';
import { topicEnds } from '../topic-ends.ts';

/** What the commands about dead letters work with. */
export interface DeadLetterDesk {
  readonly settings: Settings;
  readonly kafka: KafkaConnection;
  readonly database: Database;
  /** Every dead letter that there is now, each once, a batch at a time. */
  readonly scan: (handle: (letters: readonly StoredDeadLetter[]) => Promise<void>) => Promise<void>;
  /** `raw-events` as it is now. */
  readonly rawTopic: () => Promise<RawTopic>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Opens what is needed, for the system that runs here or the one that the environment names, and closes it after. */
export async function withDeadLetters<Result>(
  work: (desk: DeadLetterDesk) => Promise<Result>,
): Promise<Result> {
  const settings = await settingsOfRunningSystem('KAFKA_BOOTSTRAP_SERVERS');
  const kafka = connectKafka(settings, createLog('dead-letters', 'silent'));
  const topics = topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX);
  const { KAFKA_GROUP_PREFIX: groupPrefix } = settings;
  const stop = onStopRequest();
  const { signal } = stop;
  try {
    return await askDatabase(settings, (database) =>
      work({
        settings,
        kafka,
        database,
        signal,
        scan: async (handle) => {
          const topic = topics.deadLetters.name;
          await scanDeadLetters(
            kafka,
            { topic, ends: await topicEnds(kafka, topic), groupPrefix, signal },
            handle,
          );
        },
        rawTopic: async () => {
          const { name } = topics.rawEvents;
          return { name, ends: await topicEnds(kafka, name), groupPrefix };
        },
      }),
    );
  } finally {
    stop.dispose();
  }
}
