import type { OutgoingMessage } from '../../connections/kafka.ts';

/** Where a message lies, and why it could not be used. */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly eventId: string | null;
  readonly bytes: number;
  /** The message's own time, milliseconds since 1970. */
  readonly appendedAt: number;
}

/**
 * A dead letter says where the event lies and why it could not be used. It holds nothing of the event's body, as that
 * still has raw ids in it: a replay reads the body from its place in `raw-events`.
 */
export function toDeadLetterMessage(letter: DeadLetter): OutgoingMessage {
  return {
    key: `${letter.topic}/${letter.partition}/${letter.offset}`,
    value: JSON.stringify({
      topic: letter.topic,
      partition: letter.partition,
      offset: letter.offset,
      reason: letter.reason,
      event_id: letter.eventId,
      bytes: letter.bytes,
      timestamp: new Date(letter.appendedAt).toISOString(),
      rejected_at: new Date().toISOString(),
    }),
  };
}
