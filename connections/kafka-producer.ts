import { CompressionTypes, type Kafka } from 'kafkajs';

import { keyPartitioner } from './key-partitioner.ts';

export interface OutgoingMessage {
  readonly key: string | null;
  /** `null` makes a compacted topic forget the key. */
  readonly value: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface MessageProducer {
  /** Resolves when every in-sync replica has the messages. A retry may write a message twice. */
  send(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;
  close(): Promise<void>;
}

/** A broker takes 1 MB a partition and request by default; a chunk stays below it with room for the envelope. */
const mostMessagesInAChunk = 1_000;
const mostBytesInAChunk = 600_000;

export async function createProducer(kafka: Kafka): Promise<MessageProducer> {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: keyPartitioner,
  });
  await producer.connect();
  return {
    send: async (topic, messages) => {
      for (const chunk of chunks(messages)) {
        await producer.send({
          topic,
          acks: -1,
          compression: CompressionTypes.None,
          messages: chunk.map(({ key, value, headers }) => ({
            key,
            value,
            ...(headers ? { headers: { ...headers } } : {}),
          })),
        });
      }
    },
    close: () => producer.disconnect(),
  };
}

const lengthOf = ({ value }: OutgoingMessage): number => value?.length ?? 0;

function* chunks(messages: readonly OutgoingMessage[]): Generator<OutgoingMessage[]> {
  let chunk: OutgoingMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (
      chunk.length > 0 &&
      (chunk.length >= mostMessagesInAChunk || bytes + lengthOf(message) > mostBytesInAChunk)
    ) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(message);
    bytes += lengthOf(message);
  }
  if (chunk.length > 0) yield chunk;
}
