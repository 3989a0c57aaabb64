import type { Place } from '../../activities/event-row.ts';
import { backfillEvents } from '../../activities/record-events.ts';
import type { RecordIdentities } from '../../activities/record-identities.ts';
import { untilItWorks } from '../../connections/back-off.ts';
import type { OutageNotice } from '../../connections/outage-notice.ts';
import { isDatabaseUnavailable, type Database } from '../../connections/postgres.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import type { Parsed, RawMessage } from '../parse/parse-event.ts';
import type { BackfillEntry, EntryPosition, Reject } from './entry.ts';

export interface RecordFillerParts {
  readonly parse: (message: RawMessage) => Parsed;
  readonly database: Database;
  readonly recordIdentities: RecordIdentities;
  readonly batchSize: number;
  /** Told of what cannot be used, in batches. */
  readonly reject: (rejects: readonly Reject[]) => Promise<void>;
  readonly databaseNotice: OutageNotice;
  readonly signal: AbortSignal;
}

export interface BackfillCounts {
  /** Entries that were dealt with: recorded, there already, or rejected. */
  readonly done: number;
  readonly recorded: number;
  readonly alreadyThere: number;
  readonly rejected: number;
  readonly rejectedByReason: Readonly<Record<string, number>>;
}

/** While one batch is written, the next is read and parsed. */
const mostWritesAtOnce = 2;
/** Reasons name fields, never values: there are few, but a producer's field names are its own. */
const mostReasons = 100;

/**
 * Fills the record with old events: the bridge's own parser, the record lane's own statement and identities, and nothing
 * else; neither journeys nor topics hear of them. Holds at most a few batches. What is there already stays, so a run that
 * was broken off is simply run again.
 */
export class RecordFiller {
  private gathered: { event: ShopEvent; at: EntryPosition }[] = [];
  private readonly writing = new Set<Promise<void>>();
  private readonly counted = { done: 0, recorded: 0, alreadyThere: 0, rejected: 0 };
  private readonly reasons = new Map<string, number>();
  private readonly parts: RecordFillerParts;

  constructor(parts: RecordFillerParts) {
    this.parts = parts;
  }

  get counts(): BackfillCounts {
    return { ...this.counted, rejectedByReason: Object.fromEntries(this.reasons) };
  }

  /** Resolves when more can be taken, which may be before these are written; rejects when they cannot be. */
  async add(entries: readonly BackfillEntry[]): Promise<void> {
    const rejects: Reject[] = [];
    for (const entry of entries) {
      const { at } = entry;
      const parsed = 'problem' in entry ? unreadable(entry.problem) : this.parts.parse(entry);
      if (parsed.usable) this.gathered.push({ event: parsed.event, at });
      else rejects.push({ at, reason: parsed.reason, eventId: parsed.eventId });
    }
    await this.reject(rejects);
    while (this.gathered.length >= this.parts.batchSize)
      await this.write(this.gathered.splice(0, this.parts.batchSize));
  }

  /** Resolves when everything that was added is written; once `signal` is aborted, when nothing is under way any more. */
  async finish(): Promise<BackfillCounts> {
    if (this.gathered.length > 0) await this.write(this.gathered.splice(0));
    await Promise.all(this.writing);
    return this.counts;
  }

  private async write(batch: readonly { event: ShopEvent; at: EntryPosition }[]): Promise<void> {
    while (this.writing.size >= mostWritesAtOnce) await Promise.race(this.writing);
    if (this.parts.signal.aborted) return;
    const written = this.writeBatch(batch).finally(() => this.writing.delete(written));
    // Whoever waits for it next is told; until then it is nobody's unhandled rejection.
    written.catch(() => undefined);
    this.writing.add(written);
  }

  private async writeBatch(batch: readonly { event: ShopEvent; at: EntryPosition }[]): Promise<void> {
    const { database, recordIdentities, signal, databaseNotice } = this.parts;
    const retrying = { mayRetry: isDatabaseUnavailable, signal, ...databaseNotice };
    const events = batch.map(({ event }) => event);
    const positions = new Map(batch.map(({ event, at }) => [event, at]));
    const placeOf = (event: ShopEvent): Place | undefined => {
      const at = positions.get(event);
      return at && 'offset' in at ? at : undefined;
    };
    const { recorded, refused } = await untilItWorks(
      () => backfillEvents(database, events, placeOf),
      retrying,
    );
    await untilItWorks(() => recordIdentities(events), retrying);
    this.counted.recorded += recorded;
    this.counted.alreadyThere += events.length - recorded - refused.length;
    this.counted.done += events.length - refused.length;
    await this.reject(
      refused.flatMap(({ event, code }) => {
        const at = positions.get(event);
        return at ? [{ at, reason: `PostgreSQL refuses a value (${code})`, eventId: null }] : [];
      }),
    );
  }

  private async reject(rejects: readonly Reject[]): Promise<void> {
    if (rejects.length === 0) return;
    this.counted.done += rejects.length;
    this.counted.rejected += rejects.length;
    for (const { reason } of rejects) {
      const name = this.reasons.has(reason) || this.reasons.size < mostReasons ? reason : 'other reasons';
      this.reasons.set(name, (this.reasons.get(name) ?? 0) + 1);
    }
    await this.parts.reject(rejects);
  }
}

const unreadable = (reason: string): Parsed => ({ usable: false, reason, eventId: null });
