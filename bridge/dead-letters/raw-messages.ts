import { randomUUID } from 'node:crypto';

import type { KafkaConnection, OffsetRange, PartitionEnds, RangeMessage } from '../../connections/kafka.ts';
import { placeOf, type StoredDeadLetter } from './dead-letter.ts';

/** Why the message of a dead letter is not there any more. */
export type Gone = 'expired' | 'other topic';

/** The raw topic, and what it holds now. */
export interface RawTopic {
  readonly name: string;
  readonly ends: readonly PartitionEnds[];
  readonly groupPrefix: string;
}

/** Told of the letters of one batch whose messages were found. */
export type OnFound = (
  found: readonly { letter: StoredDeadLetter; message: RangeMessage }[],
) => Promise<void>;

/**
 * Reads the messages that dead letters tell of from their places, a batch at a time. Gives back the letters whose messages
 * are gone, with the reason.
 */
export async function readRawMessages(
  kafka: KafkaConnection,
  { name: topic, ends, groupPrefix }: RawTopic,
  letters: readonly StoredDeadLetter[],
  signal: AbortSignal,
  onFound: OnFound,
): Promise<ReadonlyMap<StoredDeadLetter, Gone>> {
  const gone = new Map<StoredDeadLetter, Gone>();
  const wanted = new Map<string, StoredDeadLetter[]>();
  const ranges: OffsetRange[] = [];
  for (const letter of letters) {
    const { partition, offset } = letter;
    const missing = whyGone(letter, topic, ends);
    if (missing) gone.set(letter, missing);
    else {
      const ofPlace = wanted.get(placeOf(letter)) ?? [];
      if (ofPlace.length === 0) ranges.push({ partition, from: offset, until: offset + 1 });
      wanted.set(placeOf(letter), [...ofPlace, letter]);
    }
  }
  const groupId = `${groupPrefix}-dead-letters-${randomUUID()}`;
  await kafka.readRanges({ topic, groupId, ranges, signal }, async ({ partition, messages }) => {
    const found: { letter: StoredDeadLetter; message: RangeMessage }[] = [];
    for (const message of messages) {
      const place = placeOf({ partition, offset: message.offset });
      for (const letter of wanted.get(place) ?? []) {
        if (isOf(letter, message)) found.push({ letter, message });
        else gone.set(letter, 'other topic');
      }
      wanted.delete(place);
    }
    if (found.length > 0) await onFound(found);
  });
  // Retention may have taken a message between the two looks.
  if (!signal.aborted) for (const letter of [...wanted.values()].flat()) gone.set(letter, 'expired');
  return gone;
}

function whyGone(
  { topic: ofTopic, partition, offset }: StoredDeadLetter,
  topic: string,
  ends: readonly PartitionEnds[],
): Gone | null {
  const bound = ends.find((end) => end.partition === partition);
  if (ofTopic !== topic || !bound || offset >= bound.end) return 'other topic';
  return offset < bound.start ? 'expired' : null;
}

/**
 * Whether the message at the letter's place is the one that it tells of. A topic that was deleted and made again has others
 * there, with later times. The time of a message that was stamped in the future is the one at which it is read: then its
 * size has to do.
 */
function isOf({ appendedAt, rejectedAt, bytes }: StoredDeadLetter, message: RangeMessage): boolean {
  if (message.appendedAt === appendedAt) return true;
  return message.appendedAt >= rejectedAt && (message.value?.length ?? 0) === bytes;
}
