import { isFarAbove, type CheckoutTrouble, type UsualLoadTime } from '../../events/checkout-trouble.ts';
import type { CartRow, JourneyAlert } from '../../events/journey-record.ts';
import type { JourneyRules } from '../../events/letter.ts';
import type { Attempt, CheckoutSigns, SlowView } from './checkout-signs.ts';
import type { JourneyState } from './state.ts';

export type { SlowView } from './checkout-signs.ts';

/** After this long without news nobody can be sure that the user is still there. */
const longestStillThereMs = 5 * 60_000;

/** What to say of an open checkout whose submissions fail, if that has not been said and the last one is fresh at `now`. */
export function findFailedSubmissions(
  state: JourneyState,
  rules: JourneyRules,
  now: number,
): JourneyAlert | null {
  const open = openCheckout(state);
  if (!open || !rules.checkoutTrouble) return null;
  const { failures, submissions } = rules.checkoutTrouble;
  const since = Math.max(open.signs.passedAt, state.cartsEndedAt);
  const attempts = open.signs.attempts.filter(({ at }) => at > since);
  const failed = attempts.filter((attempt) => attempt.failed);
  const repeated = lastRepeated(attempts, open.signs, submissions);
  const isFresh = (counted: readonly Attempt[]) => isStillThere(counted.at(-1)?.at ?? 0, rules, now);
  const counted = [failed.length >= failures ? failed : [], repeated].find(isFresh) ?? [];
  const [first, last] = [counted[0], counted.at(-1)];
  if (!first || !last) return null;
  const trouble: CheckoutTrouble = {
    reason: 'failed_submissions',
    page: last.page,
    attempts: counted.length,
    inferred: !last.failed,
    loadTimeSeconds: null,
    usualLoadTimeSeconds: null,
    device: last.device,
  };
  return say(state, open, trouble, first.at, last.at);
}

/** A slow page of the open checkout that is worth a question to the record. */
export function findSlowView(state: JourneyState, rules: JourneyRules, now: number): SlowView | null {
  const view = openCheckout(state)?.signs.slowView;
  return view && view.at > state.cartsEndedAt && isStillThere(view.at, rules, now) ? view : null;
}

/** What to say of the slow page, now that is known what is usual. It is judged once. */
export function judgeSlowView(
  state: JourneyState,
  rules: JourneyRules,
  usual: UsualLoadTime | null,
): JourneyAlert | null {
  const open = openCheckout(state);
  const view = open?.signs.slowView;
  if (!open || !view) return null;
  open.signs.slowView = null;
  if (!usual || !rules.checkoutTrouble) return null;
  if (!isFarAbove(view.loadTime, usual, rules.checkoutTrouble.slowFactor)) return null;
  const trouble: CheckoutTrouble = {
    reason: 'slow_page',
    page: view.page,
    attempts: 0,
    inferred: false,
    loadTimeSeconds: view.loadTime,
    usualLoadTimeSeconds: usual.median,
    device: view.device,
  };
  return say(state, open, trouble, view.at, view.at);
}

interface OpenCheckout {
  readonly cart: CartRow;
  readonly signs: CheckoutSigns;
}

/** The open cart with the signs of its checkout; none once its trouble has been said. */
function openCheckout({ cart, checkout: signs }: JourneyState): OpenCheckout | null {
  return cart && signs && signs.said?.cartId !== cart.cartId ? { cart, signs } : null;
}

/** The submissions of one form that nothing followed: no other page, and nothing done with the cart. */
function lastRepeated(attempts: readonly Attempt[], signs: CheckoutSigns, least: number): Attempt[] {
  const open = attempts.filter(({ at, page, failed }) => {
    const leftAt = signs.views.find((view) => view.page !== page)?.at ?? 0;
    return !failed && at > Math.max(leftAt, signs.cartTouchedAt);
  });
  const last = open.at(-1);
  const same = open.filter(({ page, form }) => page === last?.page && form === last.form);
  return same.length >= least ? same : [];
}

function isStillThere(at: number, rules: JourneyRules, now: number): boolean {
  return now - at <= Math.min(longestStillThereMs, rules.checkoutAbandonAfterMs);
}

function say(
  state: JourneyState,
  { cart, signs }: OpenCheckout,
  trouble: CheckoutTrouble,
  from: number,
  at: number,
): JourneyAlert {
  const { cartId, value, currency, items } = cart;
  signs.said = { ...trouble, cartId, at };
  return {
    type: 'checkout_trouble',
    cartId,
    at,
    value,
    currency,
    items,
    elapsedMs: at - from,
    abandonedBefore: state.abandonments,
    openedAt: cart.openedAt,
    sessions: state.sessions,
    purchases: state.purchases,
    heldUntil: null,
    recovered: null,
    trouble,
  };
}
