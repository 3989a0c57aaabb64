import type { Consumer, IHeaders, Kafka } from 'kafkajs';

import { toIncomingMessage, type IncomingMessage } from './kafka-consumer.ts';
import type { Log } from './log.ts';

/** A stretch of a partition, from an offset to before another. */
export interface OffsetRange {
  readonly partition: number;
  readonly from: number;
  readonly until: number;
}

export interface ReadRangesOptions {
  readonly topic: string;
  /** A name that nobody else uses. The group commits nothing and is deleted at the end. */
  readonly groupId: string;
  /** Those of one partition must not overlap. */
  readonly ranges: readonly OffsetRange[];
  /** Ends the reading early. */
  readonly signal: AbortSignal;
}

export interface RangeBatch {
  readonly partition: number;
  /** In the order of the log. */
  readonly messages: readonly RangeMessage[];
}

export interface RangeMessage extends IncomingMessage {
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

const heartbeatEveryMs = 2_000;

/**
 * Reads stretches of a topic once, beside all groups: no offset is committed, nobody's partitions move. Resolves when each
 * stretch was read to its end; the handler is called for one batch at a time. What has been read is not read again when the
 * connection breaks meanwhile. Rejects when the handler does.
 */
export async function readRanges(
  kafka: Kafka,
  { topic, groupId, ranges, signal }: ReadRangesOptions,
  handle: (batch: RangeBatch) => Promise<void>,
  log: Log,
): Promise<void> {
  const plans = plansOf(ranges);
  if (plans.size === 0 || signal.aborted) return;
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    sessionTimeout: 30_000,
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: 2_097_152,
    retry: { retries: 8, initialRetryTime: 200, maxRetryTime: 5_000 },
  });
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const ended = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  signal.addEventListener('abort', resolve, { once: true });

  /** Where each partition is read on, or nowhere. */
  function direct(partition: number, at: number | undefined): void {
    const next = plans.get(partition)?.[0];
    if (next === undefined) consumer.pause([{ topic, partitions: [partition] }]);
    else if (at === undefined || next.from > at)
      consumer.seek({ topic, partition, offset: String(next.from) });
  }

  consumer.on('consumer.group_join', ({ payload }) => {
    for (const partition of payload.memberAssignment[topic] ?? []) direct(partition, undefined);
  });
  // Also told of a batch that held only the markers of transactions, which no handler gets.
  consumer.on('consumer.end_batch_process', ({ payload: { partition, lastOffset } }) => {
    const next = Number(lastOffset) + 1;
    advance(plans, partition, next);
    if (plans.size === 0) resolve();
    else direct(partition, next);
  });
  consumer.on('consumer.crash', ({ payload }) => {
    if (!payload.restart) reject(payload.error);
  });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async (payload) => {
        if (!payload.isRunning() || payload.isStale()) return;
        const { batch } = payload;
        const { partition } = batch;
        const readAt = Date.now();
        const messages = within(
          plans.get(partition) ?? [],
          batch.messages.map((message) => ({
            ...toIncomingMessage(message, readAt),
            key: message.key?.toString() ?? null,
            headers: textsOf(message.headers ?? {}),
          })),
        );
        if (messages.length === 0) return;
        const beating = setInterval(() => void payload.heartbeat().catch(() => undefined), heartbeatEveryMs);
        try {
          await handle({ partition, messages });
        } catch (error) {
          reject(error);
          throw error;
        } finally {
          clearInterval(beating);
        }
      },
    });
    await ended;
  } finally {
    await leave(kafka, consumer, groupId, log);
  }
}

type Plans = Map<number, OffsetRange[]>;

/** The stretches of each partition in their order; empty ones are none. */
function plansOf(ranges: readonly OffsetRange[]): Plans {
  const plans: Plans = new Map();
  const inOrder = ranges
    .filter(({ from, until }) => from < until)
    .sort((left, right) => left.from - right.from);
  for (const range of inOrder) {
    const plan = plans.get(range.partition);
    if (plan) plan.push(range);
    else plans.set(range.partition, [range]);
  }
  return plans;
}

/** The messages that lie in a stretch; both are in order. */
function within(plan: readonly OffsetRange[], messages: readonly RangeMessage[]): RangeMessage[] {
  let at = 0;
  return messages.filter(({ offset }) => {
    while ((plan[at]?.until ?? Infinity) <= offset) at += 1;
    return offset >= (plan[at]?.from ?? Infinity);
  });
}

const textsOf = (headers: IHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** Everything before `next` has been read. */
function advance(plans: Plans, partition: number, next: number): void {
  const left = (plans.get(partition) ?? [])
    .filter(({ until }) => until > next)
    .map((range) => ({ ...range, from: Math.max(range.from, next) }));
  if (left.length > 0) plans.set(partition, left);
  else plans.delete(partition);
}

async function leave(kafka: Kafka, consumer: Consumer, groupId: string, log: Log): Promise<void> {
  await consumer.disconnect();
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.deleteGroups([groupId]);
  } catch (error) {
    // It holds nothing, and the broker forgets an empty group by itself.
    log.info(
      { group: groupId, error: (error as Error).name },
      'a group that is not needed any more was not deleted',
    );
  } finally {
    await admin.disconnect();
  }
}
