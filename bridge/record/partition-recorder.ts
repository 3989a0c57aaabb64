import type { IncomingMessage, MessageBatch } from '../../connections/kafka.ts';
import { eventsInATurn, type LaneTurns } from '../lane-turns.ts';
import type { RecordedBatch, RecordSteps } from './record-steps.ts';

export interface RecorderLimits {
  /** Most events in one statement. */
  readonly batchSize: number;
  /** So many waiting events are prepared while the statement before is still under way; fewer gather behind it. */
  readonly preparedAhead: number;
}

export interface RecorderWatcher {
  /** A batch was taken out of what waits. */
  readonly onRoom: () => void;
  /** What no step can mend. The recorder begins nothing after it; it may be told more than once. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Records one partition, in order, in three steps that overlap: while the rows of one batch are being written, the next
 * is parsed and the page views of the one before are published. A batch is what has come meanwhile, so its size follows the
 * backlog: a single event goes at once. What waits has a bound, `isFull`, that the reader has to heed.
 */
export class PartitionRecorder {
  private readonly partition: number;
  private readonly steps: RecordSteps;
  private readonly limits: RecorderLimits;
  private readonly turns: LaneTurns;
  private readonly watcher: RecorderWatcher;
  private waiting: IncomingMessage[] = [];
  private nextOffset = 0;
  private isWorking = false;
  private isFinishing = false;
  private working: Promise<void> = Promise.resolve();
  private writing: Promise<void> = Promise.resolve();
  private publishing: Promise<void> = Promise.resolve();

  constructor(
    partition: number,
    steps: RecordSteps,
    { limits, turns }: { readonly limits: RecorderLimits; readonly turns: LaneTurns },
    watcher: RecorderWatcher,
  ) {
    this.partition = partition;
    this.steps = steps;
    this.limits = limits;
    this.turns = turns;
    this.watcher = watcher;
  }

  get isFull(): boolean {
    return this.waiting.length >= this.limits.batchSize;
  }

  take({ messages, nextOffset }: Pick<MessageBatch, 'messages' | 'nextOffset'>): void {
    if (this.isFinishing) return;
    for (const message of messages) this.waiting.push(message);
    this.nextOffset = nextOffset;
    if (!this.isWorking) this.working = this.work().catch((error: unknown) => this.fail(error));
  }

  /** Begins no more, and resolves when what is under way has ended, well or not. */
  async finish(): Promise<void> {
    this.isFinishing = true;
    await this.working;
    await Promise.allSettled([this.writing, this.publishing]);
  }

  private async work(): Promise<void> {
    this.isWorking = true;
    try {
      while (this.waiting.length > 0 && !this.isFinishing) {
        if (this.waiting.length < this.limits.preparedAhead) await this.writing;
        const batch = await this.prepare(this.takeBatch());
        await this.writing;
        const published = this.publishing;
        this.writing = this.steps.write(batch);
        this.publishing = this.publishAfter(batch, this.writing, published);
        this.publishing.catch((error: unknown) => this.fail(error));
        // No more than one batch is behind the one that is being written.
        await published;
      }
    } finally {
      // In the same turn as the look at what waits: whatever comes later begins the work anew.
      this.isWorking = false;
    }
  }

  private fail(error: unknown): void {
    this.isFinishing = true;
    this.watcher.onFailure(error);
  }

  private async publishAfter(
    batch: RecordedBatch,
    writing: Promise<void>,
    published: Promise<void>,
  ): Promise<void> {
    await Promise.all([writing, published]);
    await this.steps.publish(batch);
  }

  private takeBatch(): { messages: IncomingMessage[]; next: number } {
    const messages = this.waiting.splice(0, this.limits.batchSize);
    const next = this.waiting[0] ? (messages.at(-1)?.offset ?? 0) + 1 : this.nextOffset;
    this.watcher.onRoom();
    return { messages, next };
  }

  private async prepare(taken: { messages: IncomingMessage[]; next: number }): Promise<RecordedBatch> {
    const batch = this.steps.open(this.partition, taken.next);
    for (const [index, message] of taken.messages.entries()) {
      // Thousands of events must not hold up the heartbeat, nor the other lane.
      if (index % eventsInATurn === 0) await this.turns.take(message.appendedAt);
      batch.add(message);
    }
    return batch;
  }
}
