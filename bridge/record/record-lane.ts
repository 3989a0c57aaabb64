import { setTimeout as sleep } from 'node:timers/promises';

import { untilItWorks } from '../../connections/back-off.ts';
import { isKafkaUnavailable, type MessageBatch, type TopicConsumer } from '../../connections/kafka.ts';
import type { Log } from '../../connections/log.ts';
import { outageNotice, type OutageNotice } from '../../connections/outage-notice.ts';
import type { LaneTurns } from '../lane-turns.ts';
import { PartitionRecorder, type RecorderLimits } from './partition-recorder.ts';
import type { RecordSteps, RecordStepsWatcher } from './record-steps.ts';

export interface RecordLaneParts {
  readonly stepsFor: (watcher: RecordStepsWatcher) => RecordSteps;
  readonly limits: RecorderLimits;
  readonly turns: LaneTurns;
  /** Every offset of the partition below `next` has its row. */
  readonly onRecorded: (partition: number, next: number) => void;
  readonly log: Log;
  readonly stopping: AbortSignal;
}

const commitEveryMs = 100;
const longestFinishMs = 2_000;

/**
 * The record lane: every usable event into PostgreSQL, page views to their topic, the rest to the dead letters; the
 * offset is committed after all three. Each partition goes at its own pace: one that waits is not read any further, and
 * holds up neither the others nor the membership of the group. Kafka is the durable log and the retry.
 */
export class RecordLane {
  private readonly parts: RecordLaneParts;
  private readonly commitNotice: OutageNotice;
  private recorders = new Map<number, PartitionRecorder>();
  private due = new Map<number, number>();
  private givenUp = new AbortController();
  private readonly failed = new AbortController();

  constructor(parts: RecordLaneParts) {
    this.parts = parts;
    this.commitNotice = outageNotice(parts.log, {
      away: 'Kafka is not available; the record commits later',
      back: 'Kafka is available again; the record commits',
    });
  }

  /**
   * Starts over with the partitions that the group gave to this member, each from its committed offset. What was under
   * way for the last assignment commits nothing any more; its rows are the same ones if they are written again.
   */
  assign(consumer: TopicConsumer, partitions: readonly number[]): void {
    this.givenUp.abort(new Error('the group has settled anew'));
    const givenUp = new AbortController();
    const { signal } = givenUp;
    const due = new Map<number, number>();
    const steps = this.parts.stepsFor({
      signal,
      onWritten: ({ partition, next }) => this.parts.onRecorded(partition, next),
      onPublished: ({ partition, next }) => due.set(partition, next),
    });
    this.givenUp = givenUp;
    this.due = due;
    this.recorders = new Map(
      partitions.map((partition) => {
        consumer.resume(partition);
        const goOn = (): void => {
          const isCurrent = this.recorders.get(partition) === recorder;
          if (isCurrent && !recorder.isFull) consumer.resume(partition);
        };
        const recorder = new PartitionRecorder(partition, steps, this.parts, {
          onRoom: goOn,
          onFailure: (error) => {
            if (!signal.aborted) this.failed.abort(error);
          },
        });
        return [partition, recorder];
      }),
    );
  }

  /** Returns at once: what was read waits with the partition's recorder. */
  handle(consumer: TopicConsumer, batch: MessageBatch): Promise<void> {
    const recorder = this.recorders.get(batch.partition);
    if (recorder && batch.isCurrent()) {
      recorder.take(batch);
      if (recorder.isFull) consumer.pause(batch.partition);
    }
    return Promise.resolve();
  }

  /**
   * Commits what is recorded until the lane stops; then ends in order what is under way. Rejects with the first failure
   * that no retry can mend.
   */
  async run(consumer: TopicConsumer): Promise<void> {
    const { stopping } = this.parts;
    const either = AbortSignal.any([stopping, this.failed.signal]);
    while (!either.aborted) {
      await sleep(commitEveryMs, undefined, { signal: either }).catch(() => undefined);
      await this.commit(consumer, either);
    }
    const finishing = Promise.all([...this.recorders.values()].map((recorder) => recorder.finish()));
    await Promise.race([finishing, sleep(longestFinishMs)]);
    this.givenUp.abort(new Error('the lane stops'));
    this.failed.signal.throwIfAborted();
    await this.commit(consumer, AbortSignal.timeout(longestFinishMs));
  }

  private async commit(consumer: TopicConsumer, signal: AbortSignal): Promise<void> {
    const { due } = this;
    const offsets = [...due].map(([partition, offset]) => ({ partition, offset }));
    due.clear();
    if (offsets.length === 0) return;
    await untilItWorks(() => consumer.commit(offsets), {
      mayRetry: isKafkaUnavailable,
      ...this.commitNotice,
      signal,
    }).catch((error: unknown) => {
      // Nothing is lost: what was not committed is read and recorded again.
      if (!signal.aborted) throw error;
    });
  }
}
