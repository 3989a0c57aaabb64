import { actionOf } from '../../events/actions.ts';
import { pathOf, rankOf } from '../../events/funnel.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { BoundedMemory } from '../../activities/bounded-memory.ts';

interface LastStep {
  readonly rank: number;
  readonly time: number;
  /** News since an event time (ms). */
  readonly news: number;
  readonly since: number;
}

const purchaseRank = rankOf('purchase');
/** More than a person's: who buys ten times a second must not have ten letters a second. */
const mostNews = 12;
const newsWindowMs = 60_000;

/**
 * Is a step news? Seeing the cart page for the tenth time changes nothing, so only a step further down the funnel than
 * the last one sent for the user is, and every purchase; a session's gap starts anew. Twelve a minute of a user's event
 * time are news at most, the rest goes with the calm letters. Bounded: what is forgotten costs one needless urgent letter.
 */
export class StepNews {
  private readonly memory: BoundedMemory<LastStep>;
  private readonly sessionGapMs: number;

  constructor(sessionGapMs: number, mostRemembered = 100_000) {
    this.sessionGapMs = sessionGapMs;
    this.memory = new BoundedMemory(mostRemembered);
  }

  isNews({ action, page, time }: ShopEvent, journeyId: string): boolean {
    const step = actionOf(action).step(pathOf(page));
    if (step === null || step === 'browse') return false;
    const rank = rankOf(step);
    const last = this.memory.get(journeyId);
    const goesOn = last !== undefined && time <= last.time + this.sessionGapMs && last.rank < purchaseRank;
    const isFurther = rank === purchaseRank || !goesOn || rank > last.rank;
    const counted = last !== undefined && time < last.since + newsWindowMs ? last : { news: 0, since: time };
    const isNews = isFurther && counted.news < mostNews;
    this.memory.set(journeyId, {
      rank: isFurther ? rank : last.rank,
      time: Math.max(time, last?.time ?? 0),
      news: counted.news + (isNews ? 1 : 0),
      since: counted.since,
    });
    return isNews;
  }
}
