import { randomUUID } from 'node:crypto';

import { Kafka, logLevel, Partitioners } from 'kafkajs';

export interface TopicMessage {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly string[];
  readonly appendedAt: number;
}

export interface RawMessage {
  readonly key: string | null;
  readonly value: string | Buffer | null;
}

const longestReadMs = 60_000;

const connect = (brokers: string): Kafka =>
  new Kafka({ clientId: 'unrelated', brokers: [brokers], logLevel: logLevel.NOTHING });

/** A producer that knows nothing of Aisle: it may also send what no producer should. */
export async function openProducer(brokers: string, topic: string) {
  const producer = connect(brokers).producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return {
    send: async (messages: readonly RawMessage[]): Promise<void> => {
      await producer.send({ topic, messages: messages.map(({ key, value }) => ({ key, value })) });
    },
    close: () => producer.disconnect(),
  };
}

/** All that a topic holds now, in the order of each partition. */
export async function readTopic(brokers: string, topic: string): Promise<TopicMessage[]> {
  const kafka = connect(brokers);
  const admin = kafka.admin();
  await admin.connect();
  const bounds = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const open = new Map(
    bounds.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, Number(high)]),
  );
  if (open.size === 0) return [];
  const messages: TopicMessage[] = [];
  const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, allowAutoTopicCreation: false });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`${topic} could not be read to its end`)), longestReadMs);
      consumer
        .run({
          autoCommit: false,
          eachMessage: async ({ partition, message: { key, value, offset, headers, timestamp } }) => {
            if (!open.has(partition)) return;
            messages.push({
              partition,
              offset: Number(offset),
              key: key?.toString() ?? null,
              value: value?.toString() ?? null,
              headers: Object.entries(headers ?? {}).map(([name, content]) => `${name}: ${String(content)}`),
              appendedAt: Number(timestamp),
            });
            if (Number(offset) + 1 >= (open.get(partition) ?? 0)) open.delete(partition);
            if (open.size === 0) resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
  return messages;
}

export async function readJsonTopic<Content>(brokers: string, topic: string): Promise<Content[]> {
  const messages = await readTopic(brokers, topic);
  return messages.map(({ value }) => JSON.parse(value ?? 'null') as Content);
}
