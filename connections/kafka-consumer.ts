import { type Consumer, type EachBatchPayload, type Kafka } from 'kafkajs';

import { isKafkaUnavailable, isMembershipError } from './kafka-errors.ts';
import type { Log } from './log.ts';

export interface IncomingMessage {
  readonly offset: number;
  /** The message's time on the topic, milliseconds since 1970. */
  readonly appendedAt: number;
  readonly value: Buffer | null;
}

export interface MessageBatch {
  readonly partition: number;
  readonly messages: readonly IncomingMessage[];
  /** False once the partition has gone to another member or the consumer stops: late work must then have no effect. */
  readonly isCurrent: () => boolean;
  /** Keeps the membership of the group alive; call it during long work. */
  readonly heartbeat: () => Promise<void>;
}

export interface CommittedOffset {
  readonly partition: number;
  /** The next offset to read after a restart. */
  readonly offset: number;
  readonly metadata?: string;
}

export interface TopicConsumerOptions {
  readonly topic: string;
  readonly groupId: string;
  /** Where to begin in a partition without a committed offset. */
  readonly from: 'earliest' | 'latest';
  readonly partitionsAtOnce: number;
  /** The group has settled anew and each partition is read again from its committed offset. Awaited before the first batch. */
  readonly onAssigned?: (partitions: readonly number[]) => Promise<void>;
}

export interface TopicConsumer {
  /** Reads until `stop`; rejects when the handler fails or the group cannot be served any more. */
  run(handle: (batch: MessageBatch) => Promise<void>): Promise<void>;
  /** Commits; a commit that comes too late, after the partition has moved on, has no effect. */
  commit(offsets: readonly CommittedOffset[]): Promise<void>;
  stop(): Promise<void>;
}

export async function consumeTopic(
  kafka: Kafka,
  options: TopicConsumerOptions,
  log: Log,
): Promise<TopicConsumer> {
  const { topic, groupId } = options;
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    sessionTimeout: 15_000,
    rebalanceTimeout: 30_000,
    heartbeatInterval: 2_000,
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: 2_097_152,
    retry: { retries: 8, initialRetryTime: 200, maxRetryTime: 5_000 },
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: options.from === 'earliest' });

  return {
    run: (handle) => run(consumer, options, handle),
    commit: async (offsets) => {
      if (offsets.length === 0) return;
      try {
        await consumer.commitOffsets(
          offsets.map(({ partition, offset, metadata }) => ({
            topic,
            partition,
            offset: String(offset),
            ...(metadata === undefined ? {} : { metadata }),
          })),
        );
      } catch (error) {
        if (!isMembershipError(error)) throw error;
        log.info({ group: groupId, reason: error.type }, 'a commit came after the group had moved on');
      }
    },
    stop: () => consumer.disconnect(),
  };
}

function run(
  consumer: Consumer,
  options: TopicConsumerOptions,
  handle: (batch: MessageBatch) => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let assigned: Promise<void> = Promise.resolve();
    consumer.on('consumer.group_join', ({ payload }) => {
      const partitions = payload.memberAssignment[options.topic] ?? [];
      assigned = options.onAssigned?.(partitions) ?? Promise.resolve();
      assigned.catch(reject);
    });
    consumer.on('consumer.stop', () => resolve());
    consumer.on('consumer.crash', ({ payload }) => {
      if (!payload.restart) reject(payload.error);
    });
    consumer
      .run({
        autoCommit: false,
        partitionsConsumedConcurrently: options.partitionsAtOnce,
        eachBatch: async (payload) => {
          await assigned;
          try {
            await handle(toBatch(payload));
          } catch (error) {
            // The library rejoins and reconnects by itself; anything else is for the process to answer for.
            if (!isMembershipError(error) && !isKafkaUnavailable(error)) reject(error);
            throw error;
          }
        },
      })
      .catch(reject);
  });
}

function toBatch(payload: EachBatchPayload): MessageBatch {
  const { batch } = payload;
  return {
    partition: batch.partition,
    messages: batch.messages.map(({ offset, timestamp, value }) => ({
      offset: Number(offset),
      appendedAt: Number(timestamp),
      value,
    })),
    isCurrent: () => payload.isRunning() && !payload.isStale(),
    heartbeat: () => payload.heartbeat(),
  };
}
