import { z } from 'zod';

import type { DeadLetter } from '../record/dead-letters.ts';

/** A letter of `raw-events.dlq`, as it is read back. */
export interface StoredDeadLetter extends DeadLetter {
  /** Milliseconds since 1970. */
  readonly rejectedAt: number;
}

const time = z.iso.datetime().transform((text) => Date.parse(text));
const schema = z.object({
  topic: z.string(),
  partition: z.int(),
  offset: z.int(),
  reason: z.string(),
  event_id: z.string().nullable(),
  bytes: z.int(),
  timestamp: time,
  rejected_at: time,
});

/** `null` for what is no dead letter of ours. */
export function readDeadLetter(value: Buffer | null): StoredDeadLetter | null {
  const parsed = schema.safeParse(jsonOf(value));
  if (!parsed.success) return null;
  const { event_id: eventId, timestamp: appendedAt, rejected_at: rejectedAt, ...rest } = parsed.data;
  return { ...rest, eventId, appendedAt, rejectedAt };
}

function jsonOf(value: Buffer | null): unknown {
  try {
    return JSON.parse(value?.toString('utf8') ?? 'null');
  } catch {
    return null;
  }
}

/** As commands name it: where its message lies. */
export const placeOf = ({ partition, offset }: Pick<StoredDeadLetter, 'partition' | 'offset'>): string =>
  `${partition}:${offset}`;

/** One name for a letter for all time: a topic that is deleted and made again counts its offsets from zero. */
export const identityOf = (
  letter: Pick<StoredDeadLetter, 'topic' | 'partition' | 'offset' | 'appendedAt'>,
): string => `${letter.topic}/${placeOf(letter)}@${new Date(letter.appendedAt).toISOString()}`;
