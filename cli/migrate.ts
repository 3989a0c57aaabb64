import { createTopics } from '../connections/create-topics.ts';
import { connectKafka } from '../connections/kafka.ts';
import { createLog } from '../connections/log.ts';
import { migrate } from '../connections/migrate.ts';
import { ensureSearchAttributes } from '../connections/search-attributes.ts';
import { inStepWithTables, topicsWithPrefix } from '../events/topics.ts';
import { readSettings } from '../settings/settings.ts';

/** `npm run migrate`: schema, topics and search attributes, each brought to what this version needs. Safe to repeat. */
export async function runMigrate(): Promise<void> {
  const settings = readSettings();
  const log = createLog('migrate', settings.LOG_LEVEL);
  await migrate(settings, log);
  const topics = inStepWithTables(topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX), settings.RETENTION_DAYS);
  await createTopics(connectKafka(settings, log), topics, settings.KAFKA_REPLICATION_FACTOR, log);
  await ensureSearchAttributes(settings);
  log.info('schema, topics and search attributes are ready');
}
