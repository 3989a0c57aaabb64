import { randomUUID } from 'node:crypto';

import { BoundedMemory } from '../../activities/bounded-memory.ts';
import type { KafkaConnection, PartitionEnds } from '../../connections/kafka.ts';
import { identityOf, readDeadLetter, type StoredDeadLetter } from './dead-letter.ts';

/** A batch that is recorded again tells its dead letters again, soon after. */
const mostRemembered = 50_000;

export interface ScanOptions {
  readonly topic: string;
  /** What the topic holds now. */
  readonly ends: readonly PartitionEnds[];
  readonly groupPrefix: string;
  readonly signal: AbortSignal;
}

/** Reads all dead letters that there are now, each once, in their order and a batch at a time. */
export async function scanDeadLetters(
  kafka: KafkaConnection,
  { topic, ends, groupPrefix, signal }: ScanOptions,
  handle: (letters: readonly StoredDeadLetter[]) => Promise<void>,
): Promise<void> {
  const seen = new BoundedMemory<true>(mostRemembered);
  const ranges = ends.map(({ partition, start: from, end: until }) => ({ partition, from, until }));
  const groupId = `${groupPrefix}-dead-letters-${randomUUID()}`;
  await kafka.readRanges({ topic, groupId, ranges, signal }, async ({ messages }) => {
    const letters = messages.flatMap(({ value }) => {
      const letter = readDeadLetter(value);
      if (letter === null || seen.get(identityOf(letter))) return [];
      seen.set(identityOf(letter), true);
      return [letter];
    });
    if (letters.length > 0) await handle(letters);
  });
}
