import { actionOf } from '../../events/actions.ts';
import { pathOf, rankOf } from '../../events/funnel.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { BoundedMemory } from './bounded-memory.ts';

interface LastStep {
  readonly rank: number;
  readonly time: number;
}

const purchaseRank = rankOf('purchase');

/**
 * Is a step news? Seeing the cart page for the tenth time changes nothing, so only a step further down the funnel than
 * the last one sent for the user is, and every purchase; a session's gap starts anew. Bounded: what is forgotten costs
 * one needless urgent letter.
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
    const news = rank === purchaseRank || !goesOn || rank > last.rank;
    this.memory.set(journeyId, {
      rank: news ? rank : last.rank,
      time: Math.max(time, last?.time ?? 0),
    });
    return news;
  }
}
