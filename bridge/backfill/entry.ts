/** Where an entry stands in its source, for whoever has to repair it. */
export type EntryPosition =
  { readonly line: number } | { readonly partition: number; readonly offset: number };

/** One raw event of a source that is backfilled, or why it could not be read. */
export type BackfillEntry =
  | {
      readonly at: EntryPosition;
      readonly value: Buffer | null;
      /** The latest time, ms since 1970, that its timestamp can have. */
      readonly appendedAt: number;
    }
  | { readonly at: EntryPosition; readonly problem: string };

export interface Reject {
  readonly at: EntryPosition;
  readonly reason: string;
  readonly eventId: string | null;
}
