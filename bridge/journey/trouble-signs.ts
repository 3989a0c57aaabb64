import { isCheckoutPage, isCheckoutSubmission, submissionOutcome } from '../../events/checkout-submission.ts';
import type { CheckoutTroubleRules } from '../../events/checkout-trouble.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { BoundedMemory } from '../../activities/bounded-memory.ts';

interface Signs {
  readonly since: number;
  readonly count: number;
}

/**
 * Does an event look like trouble in a checkout, so that its letter must not wait? A form that failed, one that follows
 * another of the user's, or a page that was slow by the clock. Trouble is said once a checkout, so a user whose forms fail
 * without end, as a robot's do, is urgent only for as many signs as it takes to say it.
 */
export class TroubleSigns {
  private readonly memory: BoundedMemory<Signs>;
  private readonly rules: CheckoutTroubleRules;

  constructor(rules: CheckoutTroubleRules, mostRemembered = 20_000) {
    this.rules = rules;
    this.memory = new BoundedMemory(mostRemembered);
  }

  isUrgent(event: ShopEvent, journeyId: string): boolean {
    const weight = this.weigh(event);
    if (weight === null) return false;
    const { windowMs, failures, submissions } = this.rules;
    const known = this.memory.get(journeyId);
    const isSameWindow = known !== undefined && event.time <= known.since + windowMs;
    const { since, count } = isSameWindow ? known : { since: event.time, count: 0 };
    this.memory.set(journeyId, { since, count: count + 1 });
    const isAlone = weight === 'unless alone' && count === 0;
    return !isAlone && count < failures + submissions;
  }

  private weigh(event: ShopEvent): 'always' | 'unless alone' | null {
    if (isCheckoutSubmission(event)) {
      const outcome = submissionOutcome(event.properties);
      if (outcome === 'passed') return null;
      return outcome === 'failed' ? 'always' : 'unless alone';
    }
    const isSlow =
      event.action === 'pageview' &&
      event.loadTimeSeconds !== null &&
      event.loadTimeSeconds >= this.rules.slowFromSeconds &&
      isCheckoutPage(event.page);
    return isSlow ? 'always' : null;
  }
}
