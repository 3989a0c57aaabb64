import { setTimeout as sleep } from 'node:timers/promises';

import type { DeliverLetter } from '../../activities/deliver-letter.ts';
import { untilItWorks } from '../../connections/back-off.ts';
import {
  isKafkaUnavailable,
  type IncomingMessage,
  type MessageBatch,
  type OffsetReader,
  type TopicConsumer,
} from '../../connections/kafka.ts';
import type { Log } from '../../connections/log.ts';
import { outageNotice, type OutageNotice } from '../../connections/outage-notice.ts';
import { keepingMembership } from '../keep-membership.ts';
import { eventsInATurn, type LaneTurns } from '../lane-turns.ts';
import type { Tally } from '../tally.ts';
import type { ParseAt } from '../parse/shared-parser.ts';
import type { Suppressions } from '../suppression/suppressions.ts';
import { Assignment } from './assignment.ts';
import { isBackPressure } from './back-pressure.ts';
import { Dispatcher } from './dispatcher.ts';
import { Mailbox, type OutgoingLetter } from './mailbox.ts';
import type { StepNews } from './news.ts';
import type { OffsetLedger } from './offset-ledger.ts';
import type { Pace } from './pace.ts';
import { Pressure } from './pressure.ts';
import type { TroubleSigns } from './trouble-signs.ts';
import { Visitors } from './visitors.ts';
import { WorkerLag } from './worker-lag.ts';
import { toMail, writeLetter } from './write-letter.ts';

export interface JourneyLaneParts {
  readonly parse: ParseAt;
  readonly turns: LaneTurns;
  readonly deliver: DeliverLetter;
  readonly suppressions: Pick<Suppressions, 'refuses' | 'isErased'>;
  readonly readTaskLag: (journeyId: string) => Promise<number>;
  readonly offsets: OffsetReader;
  readonly news: StepNews;
  readonly troubleSigns: TroubleSigns;
  readonly pace: Pace;
  readonly tally: Tally;
  readonly topic: string;
  readonly groupId: string;
  readonly from: 'earliest' | 'latest';
  /** Events that may wait for their letters; above it the lane stops reading. */
  readonly mostPendingEvents: number;
  /** False: what carries a robot's user agent has no journey. */
  readonly botsInFunnels: boolean;
  readonly log: Log;
  readonly stopping: AbortSignal;
}

const letterLimits = { mostEvents: 500, mostBytes: 262_144 };
const dispatcherLimits = { mostInFlight: 24, mostCalmInFlight: 8, mostPressedInFlight: 4 };
const stalenessMs = 60_000;
const commitEveryMs = 500;
const roomPollMs = 20;

/**
 * The journey lane: every usable event into the letter of its user. An offset is committed once no event before it is
 * still under way; what a crash repeats, the actor's marks drop. When the server pushes back, letters wait, the mailbox
 * fills, and reading stops: nothing is dropped.
 */
export class JourneyLane {
  private readonly parts: JourneyLaneParts;
  private readonly mailbox = new Mailbox(letterLimits);
  private readonly dispatcher: Dispatcher;
  private readonly workerLag: WorkerLag;
  private readonly commitNotice: OutageNotice;
  private readonly letterNotice: OutageNotice;
  private assignment = new Assignment([], new Map());
  private visitors = new Visitors(false, 0);

  constructor(parts: JourneyLaneParts) {
    this.parts = parts;
    this.workerLag = new WorkerLag(parts.pace, parts.readTaskLag);
    this.commitNotice = outageNotice(parts.log, {
      away: 'Kafka takes no commit; the journey lane tries again',
      back: 'Kafka takes commits again; the journey lane goes on',
    });
    this.letterNotice = outageNotice(parts.log, {
      away: 'Temporal takes no letter now; it is sent again',
      back: 'Temporal takes letters again',
    });
    const pressure = new Pressure(this.mailbox, parts.mostPendingEvents, () => this.assignment.unread);
    this.dispatcher = new Dispatcher(
      this.mailbox,
      parts.pace,
      (letter) => this.send(letter),
      dispatcherLimits,
      pressure,
    );
  }

  /** Events that are read and not delivered yet. */
  get eventsWaiting(): number {
    return this.mailbox.size;
  }

  /** Names the incarnation of each partition and commits the names before the first letter. */
  async assign(consumer: TopicConsumer, partitions: readonly number[]): Promise<void> {
    const { offsets, groupId, topic, from } = this.parts;
    this.mailbox.clear();
    this.assignment = new Assignment([], new Map());
    const starts = await offsets.starts(groupId, topic, from);
    const assignment = new Assignment(partitions, starts);
    await consumer.commit(assignment.starts);
    const isWholeTopic = [...starts].every(
      ([partition, { next }]) => next === 0 && partitions.includes(partition),
    );
    this.visitors = new Visitors(isWholeTopic, Date.now());
    this.assignment = assignment;
  }

  async handle(batch: MessageBatch): Promise<void> {
    const { stopping, mostPendingEvents, turns } = this.parts;
    const { assignment } = this;
    const ledger = assignment.ledgerOf(batch.partition);
    if (!ledger) return;
    const unreadAfterwards = Math.max(0, batch.end - batch.nextOffset);
    assignment.noteUnread(batch.partition, unreadAfterwards + batch.messages.length);
    await keepingMembership(batch, stopping, async (signal) => {
      for (const [index, message] of batch.messages.entries()) {
        while (this.mailbox.size >= mostPendingEvents) {
          // One batch may hold more than the mailbox takes: room comes only from letters that go out meanwhile.
          this.dispatcher.notice();
          await sleep(roomPollMs, undefined, { signal });
        }
        // A batch of ten thousand must not hold up the urgent letters of its first hundred.
        if (index % eventsInATurn === 0) {
          this.dispatcher.notice();
          await turns.take(message.appendedAt);
        }
        if (!batch.isCurrent()) return;
        this.post(ledger, batch, message);
      }
      ledger.passOver(batch.nextOffset);
      assignment.noteUnread(batch.partition, unreadAfterwards);
      this.dispatcher.notice();
    }).catch((error: unknown) => {
      if (batch.isCurrent() && !stopping.aborted) throw error;
    });
  }

  private post(ledger: OffsetLedger, { partition, readAt }: MessageBatch, message: IncomingMessage): void {
    const { parse, suppressions, news, troubleSigns, botsInFunnels } = this.parts;
    const { offset } = message;
    const parsed = parse(message, partition, offset);
    if (!parsed.usable) {
      // The record lane has sent it to the dead letters.
      ledger.skip(offset);
      return;
    }
    const { event, earlierJourneyIds } = parsed;
    if ((event.bot && !botsInFunnels) || suppressions.refuses(event, earlierJourneyIds)) {
      ledger.skip(offset);
      return;
    }
    const route = this.visitors.route(event, readAt);
    const actor = route.to === 'nobody' ? route.sessionId : route.journeyId;
    const position = { partition, offset, appendedAt: readAt };
    const isNews = news.isNews(event, actor);
    const isTrouble = troubleSigns.isUrgent(event, actor);
    // What is read long after it happened gains nothing by going first, and costs a letter of its own.
    const isFresh = readAt - event.time < stalenessMs;
    const mail = toMail(event, position, isFresh && (isNews || isTrouble), route);
    if (route.to === 'nobody') {
      ledger.skip(offset);
      this.visitors.holdBack(route.sessionId, mail);
      return;
    }
    ledger.take(offset);
    if (route.heldBack) this.mailbox.post(route.heldBack);
    this.mailbox.post(mail);
  }

  /** Sends letters and commits what is delivered, until the lane stops. */
  async run(consumer: TopicConsumer): Promise<void> {
    const { stopping } = this.parts;
    await Promise.all([
      this.dispatcher.run(stopping),
      this.commitDelivered(consumer),
      this.workerLag.run(stopping),
    ]);
    await this.commit(consumer);
  }

  private async commitDelivered(consumer: TopicConsumer): Promise<void> {
    const { stopping } = this.parts;
    while (!stopping.aborted) {
      await sleep(commitEveryMs, undefined, { signal: stopping }).catch(() => undefined);
      await untilItWorks(() => this.commit(consumer), {
        mayRetry: isKafkaUnavailable,
        ...this.commitNotice,
        signal: stopping,
      }).catch((error: unknown) => {
        if (!stopping.aborted) throw error;
      });
    }
  }

  private async commit(consumer: TopicConsumer): Promise<void> {
    const { assignment } = this;
    const { due } = assignment;
    await consumer.commit(due);
    assignment.noteCommitted(due);
  }

  private async send(letter: OutgoingLetter): Promise<void> {
    const { deliver, suppressions, stopping } = this.parts;
    const { assignment } = this;
    const content = writeLetter(letter, assignment.incarnations);
    try {
      const deliverUnlessErased = async (): Promise<void> => {
        // A letter that has waited since before the erasure goes nowhere.
        if (!suppressions.isErased(letter.journeyId)) await deliver(letter.journeyId, content);
      };
      await untilItWorks(deliverUnlessErased, {
        mayRetry: isBackPressure,
        ...this.letterNotice,
        signal: stopping,
      });
    } catch (error) {
      // Its offsets stay uncommitted: the letter is written again by whoever reads them next.
      if (stopping.aborted) return;
      throw error;
    }
    this.parts.tally.add('letters_sent', 1);
    this.parts.tally.add('letter_events_sent', letter.mail.length);
    this.workerLag.sent(letter.journeyId);
    assignment.settle(letter.mail);
  }
}
