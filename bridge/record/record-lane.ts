import { recordEvents } from '../../activities/record-events.ts';
import type { RecordIdentities } from '../../activities/record-identities.ts';
import { untilItWorks } from '../../connections/back-off.ts';
import {
  isKafkaUnavailable,
  type MessageBatch,
  type MessageProducer,
  type TopicConsumer,
} from '../../connections/kafka.ts';
import type { Log } from '../../connections/log.ts';
import { isDatabaseUnavailable, type Database } from '../../connections/postgres.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import type { Topics } from '../../events/topics.ts';
import { keepingMembership } from '../keep-membership.ts';
import type { ParseAt } from '../parse/shared-parser.ts';
import { toDeadLetterMessage, type DeadLetter } from './dead-letters.ts';
import { toPageViewMessage } from './page-views.ts';
import type { ProgressReport } from './report-progress.ts';

export interface RecordLaneParts {
  readonly parse: ParseAt;
  readonly database: Database;
  readonly recordIdentities: RecordIdentities;
  readonly producer: MessageProducer;
  readonly consumer: TopicConsumer;
  readonly progress: ProgressReport;
  readonly topics: Topics;
  readonly batchSize: number;
  readonly log: Log;
  readonly stopping: AbortSignal;
}

/**
 * The record lane: every usable event into PostgreSQL, page views to their topic, the rest to the dead letters; the
 * offset is committed after all three. Kafka is the durable log and the retry: while a store is away the partition
 * waits, keeps its place in the group and skips nothing. Repeating a batch changes no row.
 */
export function createRecordLane(parts: RecordLaneParts): (batch: MessageBatch) => Promise<void> {
  const { batchSize } = parts;
  return (batch) =>
    keepingMembership(batch, parts.stopping, async (signal) => {
      for (let first = 0; first < batch.messages.length; first += batchSize) {
        if (!batch.isCurrent()) return;
        const chunk = batch.messages.slice(first, first + batchSize);
        const isLast = first + batchSize >= batch.messages.length;
        const next = isLast ? batch.nextOffset : (chunk.at(-1)?.offset ?? first) + 1;
        await recordChunk(parts, { partition: batch.partition, messages: chunk, next }, signal);
      }
    }).catch((error: unknown) => {
      // Nothing is lost: what was not committed is read again by whoever owns the partition next.
      if (batch.isCurrent() && !parts.stopping.aborted) throw error;
    });
}

interface Chunk {
  readonly partition: number;
  readonly messages: MessageBatch['messages'];
  /** The offset to commit once all of it is recorded. */
  readonly next: number;
}

async function recordChunk(parts: RecordLaneParts, chunk: Chunk, signal: AbortSignal): Promise<void> {
  const { partition, messages, next } = chunk;
  const { topics, database, producer } = parts;
  const topic = topics.rawEvents.name;
  const events: ShopEvent[] = [];
  const deadLetters: DeadLetter[] = [];
  const positions = new Map<ShopEvent, (typeof messages)[number]>();
  const bury = (
    { offset, value, appendedAt }: (typeof messages)[number],
    reason: string,
    eventId: string | null,
  ) => deadLetters.push({ topic, partition, offset, reason, eventId, bytes: value?.length ?? 0, appendedAt });

  for (const message of messages) {
    const parsed = parts.parse(message, partition, message.offset);
    if (!parsed.usable) bury(message, parsed.reason, parsed.eventId);
    else {
      events.push(parsed.event);
      positions.set(parsed.event, message);
    }
  }

  const placeOf = (event: ShopEvent) => {
    const message = positions.get(event);
    return message && { partition, offset: message.offset };
  };
  const toDatabase = {
    mayRetry: isDatabaseUnavailable,
    signal,
    onRetry: waitingFor('PostgreSQL', parts.log),
  };
  const refused = await untilItWorks(() => recordEvents(database, events, placeOf), toDatabase);
  await untilItWorks(() => parts.recordIdentities(events), toDatabase);
  for (const { event, code } of refused) {
    const message = positions.get(event);
    if (message) bury(message, `PostgreSQL refuses a value (${code})`, null);
  }
  const unrecordable = new Set(refused.map(({ event }) => event));
  const pageViews = events.flatMap((event) =>
    unrecordable.has(event) ? [] : (toPageViewMessage(event) ?? []),
  );
  const toKafka = { mayRetry: isKafkaUnavailable, signal, onRetry: waitingFor('Kafka', parts.log) };
  if (pageViews.length > 0)
    await untilItWorks(() => producer.send(topics.pageViews.name, pageViews), toKafka);
  if (deadLetters.length > 0) {
    const letters = deadLetters.map(toDeadLetterMessage);
    await untilItWorks(() => producer.send(topics.deadLetters.name, letters), toKafka);
  }

  await untilItWorks(() => parts.consumer.commit([{ partition, offset: next }]), toKafka);
  parts.progress.recorded(partition, next);
}

const waitingFor = (store: 'PostgreSQL' | 'Kafka', log: Log) => (error: unknown, attempt: number) => {
  const { code, name } = error as { code?: string; name?: string };
  log.warn({ code, error: name, attempt }, `${store} is not available; the record waits`);
};
