import { BoundedMemory } from '../../activities/bounded-memory.ts';
import { readSuppressions } from '../../activities/erasure/read-suppressions.ts';
import { subjectReference } from '../../activities/subject-reference.ts';
import type { Database } from '../../connections/postgres.ts';
import type { ShopEvent } from '../../events/shop-event.ts';

const mostRemembered = 50_000;
const never = Number.NEGATIVE_INFINITY;

/**
 * Who has been erased, as this bridge knows it: asked for a few times a second, and answered from memory. What is
 * refused here a moment too late is refused by the database.
 */
export class Suppressions {
  private version = 0;
  private untilByReference: ReadonlyMap<string, number> = new Map();
  private verdicts = new BoundedMemory<number>(mostRemembered);
  private readonly database: Database;
  private readonly listeners: (() => void)[] = [];

  constructor(database: Database) {
    this.database = database;
  }

  /** For whoever remembers what an erasure may have taken away. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Takes up what has changed. Rejects when the database does, and then knows what it knew before. */
  async refresh(): Promise<void> {
    const news = await readSuppressions(this.database, this.version);
    if (news === null) return;
    this.version = news.version;
    this.untilByReference = news.untilByReference;
    this.verdicts = new BoundedMemory(mostRemembered);
    for (const listener of this.listeners) listener();
  }

  /**
   * Whether the event is of somebody who has been erased, under the present pseudonym or an earlier one, and happened before
   * the suppression was lifted.
   */
  refuses({ journeyId, time }: ShopEvent, earlierJourneyIds: readonly string[] = []): boolean {
    if (this.untilByReference.size === 0) return false;
    return (
      time < this.untilOf(journeyId) || earlierJourneyIds.some((earlier) => time < this.untilOf(earlier))
    );
  }

  /** Whether somebody is erased and may not come back for now. */
  isErased(journeyId: string): boolean {
    return this.untilByReference.size > 0 && this.untilOf(journeyId) === Number.POSITIVE_INFINITY;
  }

  private untilOf(journeyId: string): number {
    const known = this.verdicts.see(journeyId);
    if (known !== undefined) return known;
    const until = this.untilByReference.get(subjectReference(journeyId)) ?? never;
    this.verdicts.set(journeyId, until);
    return until;
  }
}
