import type { RefusedEvent } from '../../activities/record-events.ts';
import type { Place } from '../../activities/event-row.ts';
import type { IncomingMessage, OutgoingMessage } from '../../connections/kafka.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import type { ParseAt } from '../parse/shared-parser.ts';
import { toDeadLetterMessage, type DeadLetter } from './dead-letters.ts';
import { toPageViewMessage } from './page-views.ts';

type IsOfErased = (event: ShopEvent, earlierJourneyIds?: readonly string[]) => boolean;

/** Messages of one partition on their way: the events for the record, and what is told of the others. */
export class RecordedBatch {
  readonly partition: number;
  /** The offset to commit once all of it is recorded. */
  readonly next: number;
  readonly events: ShopEvent[] = [];
  /** How many were left out, as they are of people who have been erased. */
  eventsOfErased = 0;
  private readonly topic: string;
  private readonly parse: ParseAt;
  private readonly isOfErased: IsOfErased;
  private readonly messages = new Map<ShopEvent, IncomingMessage>();
  private readonly unrecordable = new Set<ShopEvent>();
  private readonly letters: DeadLetter[] = [];

  constructor(
    place: { topic: string; partition: number; next: number },
    parse: ParseAt,
    isOfErased: IsOfErased,
  ) {
    this.topic = place.topic;
    this.partition = place.partition;
    this.next = place.next;
    this.parse = parse;
    this.isOfErased = isOfErased;
  }

  add(message: IncomingMessage): void {
    const parsed = this.parse(message, this.partition, message.offset);
    if (parsed.usable && this.isOfErased(parsed.event, parsed.earlierJourneyIds)) this.eventsOfErased += 1;
    else if (parsed.usable) {
      this.events.push(parsed.event);
      this.messages.set(parsed.event, message);
    } else this.bury(message, parsed.reason, parsed.eventId);
  }

  readonly placeOf = (event: ShopEvent): Place | undefined => {
    const message = this.messages.get(event);
    return message && { partition: this.partition, offset: message.offset };
  };

  refuse(refused: readonly RefusedEvent[]): void {
    for (const { event, code } of refused) {
      const message = this.messages.get(event);
      this.unrecordable.add(event);
      if (message) this.bury(message, `PostgreSQL refuses a value (${code})`, null);
    }
  }

  /** How many events have their row. */
  get recorded(): number {
    return this.events.length - this.unrecordable.size;
  }

  get pageViews(): OutgoingMessage[] {
    return this.events.flatMap((event) =>
      this.unrecordable.has(event) ? [] : (toPageViewMessage(event) ?? []),
    );
  }

  get deadLetters(): OutgoingMessage[] {
    return this.letters.map(toDeadLetterMessage);
  }

  private bury({ offset, value, appendedAt }: IncomingMessage, reason: string, eventId: string | null): void {
    const { topic, partition } = this;
    this.letters.push({ topic, partition, offset, reason, eventId, bytes: value?.length ?? 0, appendedAt });
  }
}
