import type { ErasureReceipt, TopicRemainder } from '../../events/erasure.ts';

/**
 * The steps of an erasure. Each may run again after a crash, at any point of itself, and does what is left to do. They are
 * called with the receipt's number, so that no pseudonym is in the history of an erasure: who it is about stands in the
 * database until its end.
 */
export interface ErasureActivities {
  /** Notes that somebody is to be erased and starts the workflow, unless that has happened: for journeys that are told to. */
  requestErasure(journeyId: string): Promise<void>;
  /** Suppresses the person and the visitors known to be the person; says how many were not suppressed before. */
  suppress(receiptNumber: string): Promise<number>;
  /** Resolves when every transaction is over that may not have seen the suppression. */
  waitForWriters(receiptNumber: string): Promise<void>;
  stopJourneys(receiptNumber: string): Promise<void>;
  eraseRows(receiptNumber: string): Promise<void>;
  writeTombstones(receiptNumber: string): Promise<readonly TopicRemainder[]>;
  /** Deletes every Temporal run of the journeys; resolves when the server knows none of them. */
  eraseRuns(receiptNumber: string): Promise<void>;
  /** Destroys the keys under which the person's payloads in Temporal were encrypted. */
  destroyKeys(receiptNumber: string): Promise<void>;
  /** Counts what is left, by store. */
  countWhatIsLeft(receiptNumber: string): Promise<Readonly<Record<string, number>>>;
  /** Forgets whom it was about and gives the receipt; gives the same one again when it is there already. */
  issueReceipt(
    receiptNumber: string,
    left: Readonly<Record<string, number>>,
    topics: readonly TopicRemainder[],
  ): Promise<ErasureReceipt>;
}
