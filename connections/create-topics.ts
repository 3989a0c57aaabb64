import type { Admin } from 'kafkajs';

import type { Topics } from '../events/topics.ts';
import type { KafkaConnection } from './kafka.ts';
import type { Log } from './log.ts';
import { shortenRetention } from './topic-retention.ts';

/**
 * Creates the topics that are missing. Existing topics keep their settings; only a retention that is longer than the
 * table of the same content keeps is shortened to it.
 */
export async function createTopics(
  kafka: KafkaConnection,
  topics: Topics,
  replicationFactor: number,
  log: Log,
): Promise<void> {
  await kafka.withAdmin(async (admin) => {
    const existing = new Set(await admin.listTopics());
    const missing = Object.values(topics).filter(({ name }) => !existing.has(name));
    if (missing.length > 0) {
      await create(admin, missing, replicationFactor);
      log.info({ topics: missing.map(({ name }) => name) }, 'created topics');
    }
    const others = Object.values(topics).filter(({ name }) => existing.has(name));
    const shortened = await shortenRetention(admin, others);
    if (shortened.length > 0) log.info({ topics: shortened }, 'topics keep no longer than their tables now');
  });
}

async function create(admin: Admin, missing: readonly Topics[keyof Topics][], replicationFactor: number) {
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map(({ name, partitions, retentionMs }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor,
      configEntries: [{ name: 'retention.ms', value: String(retentionMs) }],
    })),
  });
}
