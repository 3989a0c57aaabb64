/** What of a topic an erasure cannot reach: a log is not rewritten, it expires. */
export interface TopicRemainder {
  readonly topic: string;
  /** Compacted topics that are keyed by pseudonym got a message without a value for each key. */
  readonly tombstones: number;
  /** ISO 8601: from then on the topic holds nothing that was written before the erasure; null where it keeps all for ever. */
  readonly goneBy: string | null;
}

/** What stays of an erasure, without personal data: it is kept as a proof. */
export interface ErasureReceipt {
  /** Drawn at random. */
  readonly receiptNumber: string;
  readonly requestedAt: string;
  readonly completedAt: string;
  /** The person's own pseudonyms, one for each version of the key, and the visitors who had turned out to be the person. */
  readonly pseudonyms: number;
  /**
   * How many rows or runs were erased, by store; `purchases` and `orders` were made anonymous instead. Without `journey_keys`
   * nothing of the person was encrypted.
   */
  readonly erased: Readonly<Record<string, number>>;
  /** What the verification at the end found in each store: zero everywhere, or there is no receipt. */
  readonly left: Readonly<Record<string, number>>;
  readonly topics: readonly TopicRemainder[];
}

/** What an erasure does, in this order; the last of them has come when there is a receipt. */
export const erasureSteps = [
  'suppressing',
  'waiting for writers',
  'stopping journeys',
  'erasing rows',
  'writing tombstones',
  'erasing runs',
  'destroying keys',
  'verifying',
  'issuing the receipt',
] as const;

export type ErasureStep = (typeof erasureSteps)[number];

export interface ErasureProgress {
  readonly step: ErasureStep;
  /** 1 unless the verification found something and all was done again. */
  readonly round: number;
}

export const erasureWorkflowType = 'eraseUser';
export const erasureQueryName = 'erasure';
/** Sent to a user's journey: it has the user erased, and ends. */
export const eraseSignalName = 'erase';

/** The number is drawn at random, so that what stays in Temporal of an erasure is about nobody. */
export const erasureWorkflowId = (receiptNumber: string): string => `erasure/${receiptNumber}`;
