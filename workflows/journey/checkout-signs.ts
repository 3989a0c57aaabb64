import { isCheckoutPage } from '../../events/checkout-submission.ts';
import type { CheckoutTrouble, CheckoutTroubleRules } from '../../events/checkout-trouble.ts';
import type { JourneyRules } from '../../events/letter.ts';
import type { KnownDevice } from '../../events/shop-event.ts';
import type { JourneyEvent } from './journey-event.ts';

/** What happened lately in a checkout, as far as it may mean trouble: the same whatever the order in which it was told. */
export interface CheckoutSigns {
  /** Submissions that did not pass, as far as anybody says, in the order of their times; no more than can matter. */
  attempts: Attempt[];
  /** When a form last passed: what failed before is over. */
  passedAt: number;
  /** When something was last done with the cart. */
  cartTouchedAt: number;
  /** The latest view of each of the two pages seen last: one of them is not the page of a form. The latest first. */
  views: View[];
  /** A slow page that has not been judged yet. */
  slowView: SlowView | null;
  /** The trouble that was said last, and of which cart. */
  said: (CheckoutTrouble & { readonly cartId: string; readonly at: number }) | null;
}

export interface Attempt {
  readonly at: number;
  readonly page: string;
  readonly form: string | null;
  /** The producer says so; false where it says nothing. */
  readonly failed: boolean;
  readonly device: KnownDevice | null;
}

export interface View {
  readonly at: number;
  readonly page: string;
}

export interface SlowView extends View {
  /** Seconds. */
  readonly loadTime: number;
  readonly device: KnownDevice | null;
}

/** Of each kind. As many as the settings can ask for. */
const mostAttempts = 20;

/** Takes note of an event that is not late; gives back the signs, none before the first checkout page. Decides nothing. */
export function noteCheckoutSigns(
  known: CheckoutSigns | undefined,
  event: JourneyEvent,
  { checkoutTrouble: rules }: JourneyRules,
): CheckoutSigns | undefined {
  if (!rules || (!known && !isCheckoutPage(event.page))) return known;
  const signs = known ?? noSigns();
  const { time: at, page, action } = event;
  if (action === 'form_submit') {
    // Only forms on checkout pages come with a page.
    if (page !== null) noteSubmission(signs, { ...event, page }, rules);
  } else if (action === 'pageview') {
    if (page !== null) noteView(signs, { ...event, page }, rules);
  } else if (event.cartEffect !== null) {
    signs.cartTouchedAt = Math.max(signs.cartTouchedAt, at);
  }
  return signs;
}

const noSigns = (): CheckoutSigns => ({
  attempts: [],
  passedAt: 0,
  cartTouchedAt: 0,
  views: [],
  slowView: null,
  said: null,
});

type EventOnPage = JourneyEvent & { readonly page: string };

function noteSubmission(signs: CheckoutSigns, event: EventOnPage, rules: CheckoutTroubleRules): void {
  const { time: at, page, form, failed, device } = event;
  if (failed === false) {
    signs.passedAt = Math.max(signs.passedAt, at);
    return;
  }
  const attempts = [...signs.attempts, { at, page, form, failed: failed === true, device }];
  attempts.sort((left, right) => left.at - right.at);
  const newest = attempts.at(-1)?.at ?? at;
  const lately = attempts.filter((attempt) => attempt.at >= newest - rules.windowMs);
  // Each kind has room to reach its number whatever the other does.
  const kept = new Set([
    ...lately.filter((attempt) => attempt.failed).slice(-mostAttempts),
    ...lately.filter((attempt) => !attempt.failed).slice(-mostAttempts),
  ]);
  signs.attempts = lately.filter((attempt) => kept.has(attempt));
}

function noteView(signs: CheckoutSigns, event: EventOnPage, rules: CheckoutTroubleRules): void {
  const { time: at, page, loadTime, device } = event;
  const seenBefore = signs.views.find((view) => view.page === page)?.at ?? 0;
  const others = signs.views.filter((view) => view.page !== page);
  signs.views = [...others, { page, at: Math.max(at, seenBefore) }]
    .sort((left, right) => right.at - left.at)
    .slice(0, 2);
  if (loadTime === null || loadTime < rules.slowFromSeconds) return;
  const waiting = signs.slowView;
  if (!waiting || waiting.at < at - rules.windowMs || waiting.loadTime < loadTime)
    signs.slowView = { at, page, loadTime, device };
}
