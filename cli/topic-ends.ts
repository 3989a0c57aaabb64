import type { KafkaConnection, PartitionEnds } from '../connections/kafka.ts';
import { SetupError } from '../stack/setup-error.ts';

/** Where the partitions of a topic begin and end now. Throws a `SetupError` where there is no such topic. */
export async function topicEnds(kafka: KafkaConnection, topic: string): Promise<PartitionEnds[]> {
  const topics = await kafka.withAdmin((admin) => admin.listTopics());
  if (!topics.includes(topic)) {
    throw new SetupError(
      `There is no topic ${topic}: run npm run migrate, or set KAFKA_BOOTSTRAP_SERVERS and KAFKA_TOPIC_PREFIX to where it is.`,
    );
  }
  const offsets = await kafka.offsets();
  try {
    return await offsets.ends(topic);
  } finally {
    await offsets.close();
  }
}
