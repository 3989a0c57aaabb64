import type { Topics } from '../events/topics.ts';
import type { KafkaConnection } from './kafka.ts';
import type { Log } from './log.ts';

/** Creates the topics that are missing, as the contract has them. Existing topics keep their settings. */
export async function createTopics(
  kafka: KafkaConnection,
  topics: Topics,
  replicationFactor: number,
  log: Log,
): Promise<void> {
  await kafka.withAdmin(async (admin) => {
    const existing = new Set(await admin.listTopics());
    const missing = Object.values(topics).filter(({ name }) => !existing.has(name));
    if (missing.length === 0) return;
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ name, partitions, retentionMs }) => ({
        topic: name,
        numPartitions: partitions,
        replicationFactor,
        configEntries: [{ name: 'retention.ms', value: String(retentionMs) }],
      })),
    });
    log.info({ topics: missing.map(({ name }) => name) }, 'created topics');
  });
}
