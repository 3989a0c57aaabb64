import { Kafka, logLevel, type Admin, type logCreator } from 'kafkajs';

import type { Settings } from '../settings/settings.ts';
import { consumeTopic, type TopicConsumer, type TopicConsumerOptions } from './kafka-consumer.ts';
import { createOffsetReader, type OffsetReader } from './kafka-offsets.ts';
import { createProducer, type MessageProducer } from './kafka-producer.ts';
import { isKafkaUnavailable } from './kafka-errors.ts';
import { readRanges, type RangeBatch, type ReadRangesOptions } from './kafka-ranges.ts';
import { kafkaRefusal, kafkaSecurity, tryKafkaTls } from './kafka-security.ts';
import { guardKafkajsTimers } from './kafkajs-timers.ts';
import type { Log } from './log.ts';
import { UnreachableError } from './unreachable-error.ts';

export type { MessageProducer, OutgoingMessage } from './kafka-producer.ts';
export type { IncomingMessage, MessageBatch, TopicConsumer, TopicConsumerOptions } from './kafka-consumer.ts';

export { isKafkaUnavailable } from './kafka-errors.ts';
export { kafkaRefusal } from './kafka-security.ts';
export type { OffsetRange, RangeBatch, RangeMessage } from './kafka-ranges.ts';
export type { OffsetReader, PartitionEnds } from './kafka-offsets.ts';
export { readTopicRetention, type TopicRetention } from './topic-retention.ts';

export interface KafkaConnection {
  /** A connected producer. */
  producer(): Promise<MessageProducer>;
  /** A connected consumer of one topic; it starts to read when `run` is called. */
  consumer(options: TopicConsumerOptions): Promise<TopicConsumer>;
  /** A connected reader of log ends and groups' offsets. */
  offsets(): Promise<OffsetReader>;
  /** Reads stretches of a topic once, beside all groups. */
  readRanges(options: ReadRangesOptions, handle: (batch: RangeBatch) => Promise<void>): Promise<void>;
  /** Runs `work` with a connected admin client and closes it after. */
  withAdmin<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result>;
}

guardKafkajsTimers();

/** The one door to the Kafka client library: nothing else in the project imports it. */
export function connectKafka(settings: Settings, log: Log): KafkaConnection {
  const kafka = new Kafka({
    clientId: 'aisle',
    brokers: settings.KAFKA_BOOTSTRAP_SERVERS,
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 10 },
    logLevel: logLevel.WARN,
    logCreator: toLog(log),
    ...kafkaSecurity(settings),
  });
  return {
    producer: () => reaching(settings, () => createProducer(kafka)),
    consumer: (options) => reaching(settings, () => consumeTopic(kafka, options, log)),
    offsets: () => reaching(settings, () => createOffsetReader(kafka)),
    readRanges: (options, handle) => reaching(settings, () => readRanges(kafka, options, handle, log)),
    withAdmin: async (work) => {
      const admin = kafka.admin();
      await reaching(settings, () => admin.connect());
      try {
        return await work(admin);
      } finally {
        await admin.disconnect();
      }
    },
  };
}

/** A connection that cannot be opened says where the brokers were looked for, or what they refuse. */
async function reaching<Result>(settings: Settings, connect: () => Promise<Result>): Promise<Result> {
  await tryKafkaTls(settings);
  try {
    return await connect();
  } catch (error) {
    if (!isKafkaUnavailable(error)) throw kafkaRefusal(settings, error) ?? error;
    throw new UnreachableError(
      'Kafka',
      settings.KAFKA_BOOTSTRAP_SERVERS.join(','),
      'KAFKA_BOOTSTRAP_SERVERS',
      error,
    );
  }
}

/** The library's words for REBALANCE_IN_PROGRESS and ILLEGAL_GENERATION. */
const rebalancing: readonly unknown[] = [
  'The group is rebalancing, so a rejoin is needed',
  'Specified group generation id is not valid',
];

const toLog =
  (log: Log): logCreator =>
  () =>
  ({ namespace, level, log: { message, error } }) => {
    const entry = { part: namespace, ...(typeof error === 'string' ? { error } : {}) };
    // A member that comes or goes is no error: every other member rejoins at its next heartbeat.
    if (rebalancing.includes(error)) log.info(entry, message);
    else if (level <= logLevel.ERROR) log.error(entry, message);
    else log.warn(entry, message);
  };
