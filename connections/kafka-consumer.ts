import { setTimeout as sleep } from 'node:timers/promises';

import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';

import { FetchRhythm } from './fetch-rhythm.ts';
import { isKafkaUnavailable, membershipErrorOf } from './kafka-errors.ts';
import type { Log } from './log.ts';

export interface IncomingMessage {
  readonly offset: number;
  /** The message's time on the topic, milliseconds since 1970; never in the future. */
  readonly appendedAt: number;
  readonly value: Buffer | null;
}

export interface MessageBatch {
  readonly partition: number;
  readonly messages: readonly IncomingMessage[];
  /** The offset after the batch: past its last message, and past the markers of transactions that follow it. */
  readonly nextOffset: number;
  /** Where the partition ended when the batch was fetched: the offset of the next message to be written. */
  readonly end: number;
  /** When it was read here, milliseconds since 1970: all of it was on the topic by then. */
  readonly readAt: number;
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
  /** What an event may wait at most at the end of the topic so that others come with it, milliseconds; 20 without. */
  readonly restMs?: number;
  /** The group has settled anew and each partition is read again from its committed offset. Awaited before the first batch. */
  readonly onAssigned?: (partitions: readonly number[]) => Promise<void>;
}

export interface TopicConsumer {
  /** Reads until `stop`; rejects when the handler fails or the group cannot be served any more. */
  run(handle: (batch: MessageBatch) => Promise<void>): Promise<void>;
  /** Reads no more of a partition until `resume`; the others go on, and so does the membership of the group. */
  pause(partition: number): void;
  resume(partition: number): void;
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
    sessionTimeout: 10_000,
    rebalanceTimeout: 20_000,
    heartbeatInterval: 2_000,
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: 1_048_576,
    retry: { retries: 8, initialRetryTime: 200, maxRetryTime: 5_000 },
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: options.from === 'earliest' });

  return {
    run: (handle) => run(consumer, options, handle),
    pause: (partition) => consumer.pause([{ topic, partitions: [partition] }]),
    resume: (partition) => consumer.resume([{ topic, partitions: [partition] }]),
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
        const membershipError = membershipErrorOf(error);
        if (!membershipError) throw error;
        log.info(
          { group: groupId, reason: membershipError.type },
          'a commit came after the group had moved on',
        );
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
    const rhythm = new FetchRhythm(options.restMs);
    consumer.on('consumer.fetch', () => rhythm.noteFetch(performance.now()));
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
            const batch = toBatch(payload);
            await handle(batch);
            // The library fetches again once every batch of a fetch is handled.
            const restMs = rhythm.restMs(batch, performance.now());
            if (restMs > 0) await sleep(restMs);
          } catch (error) {
            // The library rejoins and reconnects by itself; anything else is for the process to answer for.
            const membershipError = membershipErrorOf(error);
            if (!membershipError && !isKafkaUnavailable(error)) reject(asError(error));
            throw membershipError ?? error;
          }
        },
      })
      .catch(reject);
  });
}

function toBatch(payload: EachBatchPayload): MessageBatch {
  const { batch } = payload;
  const readAt = Date.now();
  return {
    partition: batch.partition,
    messages: batch.messages.map((message) => toIncomingMessage(message, readAt)),
    readAt,
    nextOffset: Number(batch.lastOffset()) + 1,
    end: Number(batch.highWatermark),
    isCurrent: () => payload.isRunning() && !payload.isStale(),
    heartbeat: () => payload.heartbeat(),
  };
}

export const toIncomingMessage = (
  { offset, timestamp, value }: Pick<KafkaMessage, 'offset' | 'timestamp' | 'value'>,
  readAt: number,
): IncomingMessage => ({
  offset: Number(offset),
  appendedAt: plausibleTime(Number(timestamp), readAt),
  value,
});

/** Where a topic keeps the producer's time, that may be unset or ahead of every clock here: then it is read now. */
function plausibleTime(timestamp: number, readAt: number): number {
  return timestamp > 0 ? Math.min(timestamp, readAt) : readAt;
}

const asError = (failure: unknown): Error =>
  failure instanceof Error ? failure : new Error(String(failure));
