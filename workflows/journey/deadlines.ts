import type { AbandonmentRow, CartRow, JourneyAlert } from '../../events/journey-record.ts';
import type { JourneyRules } from '../../events/letter.ts';
import { endCart } from './cart.ts';
import { sayAbandoned } from './held-alert.ts';
import type { JourneyState } from './state.ts';

/**
 * How long the stream must have been silent about a user, in the broker's time, before an abandonment is believed.
 * Live events never come near it; it matters for events that were written long after they happened.
 */
export const silenceMs = 5_000;

/** The event time at which the open cart counts as abandoned unless the user does something before; `null` without one. */
export function cartDeadline(state: JourneyState, rules: JourneyRules): number | null {
  if (!state.cart) return null;
  const window = state.cart.stage === 'checkout' ? rules.checkoutAbandonAfterMs : rules.cartAbandonAfterMs;
  return lastSignOfLife(state) + window;
}

/**
 * True while the record knows of an event whose letter has not come: it may be a purchase. The bridge delivers it sooner
 * or later, so nothing is decided before; the bound on the wait is for a topic that was reset by hand.
 */
export function isAwaitingLetter(state: JourneyState): boolean {
  return state.heardOfAt > state.lastEventAt;
}

/** The latest event time known of the user, by letter or from the record. */
export function lastSignOfLife(state: JourneyState): number {
  return Math.max(state.lastEventAt, state.heardOfAt);
}

/** When the actor may rest for good: a day (by default) of silence, and nothing left that a purchase could recover. */
export function idleDeadline(state: JourneyState, rules: JourneyRules): number {
  const abandoned = state.lastAbandonment;
  const recoverableUntil = abandoned && !abandoned.recovered ? abandoned.at + rules.recoveryWindowMs : 0;
  const coolingUntil = state.lastAlertAt === null ? 0 : state.lastAlertAt + rules.alertCooldownMs;
  return Math.max(
    state.lastAppendedAt + rules.idleAfterMs,
    recoverableUntil,
    coolingUntil,
    state.heldAlert?.until ?? 0,
  );
}

/** When to look at the clock again, in the server's time. */
export function nextWake(state: JourneyState, rules: JourneyRules): number {
  if (state.heldAlert) return decidableAt(state, state.heldAlert.until);
  const cart = cartDeadline(state, rules);
  if (cart === null) return idleDeadline(state, rules);
  const decidable = decidableAt(state, cart);
  return isAwaitingLetter(state) ? Math.max(decidable, state.awaitedUntil) : decidable;
}

/** The server's time from which on silence until an event time is believed. */
export function decidableAt(state: JourneyState, until: number): number {
  return Math.max(until, state.lastAppendedAt + silenceMs);
}

/** How long the letter of an event that the record knows is waited for. */
export const longestAwaitMs = 60 * 60 * 1000;

export interface Abandoned {
  readonly cart: CartRow;
  readonly abandonment: AbandonmentRow;
  readonly alert: JourneyAlert | null;
}

/**
 * Declares the open cart abandoned at its deadline. The caller has asked the event record first, and learned until when
 * quiet hours hold an alert back. The cool-down counts between the moments at which alerts are said, so the moment at
 * which a held one would be said decides; one that is dropped never starts it.
 */
export function abandonCart(
  state: JourneyState,
  cart: CartRow,
  at: number,
  rules: JourneyRules,
  quietUntil: number | null,
): Abandoned {
  const { cartId, stage, value, currency, items, openedAt } = cart;
  const sinceLastAlert = (quietUntil ?? at) - (state.lastAlertAt ?? Number.NEGATIVE_INFINITY);
  const suppressed = sinceLastAlert < rules.alertCooldownMs;
  const alert = suppressed ? 'suppressed' : quietUntil === null ? 'said' : 'held';
  const abandonment = {
    cartId,
    kind: stage,
    abandonedAt: at,
    value,
    currency,
    items,
    suppressed,
    alert,
  } as const;
  const silence = { abandonment, openedAt, silentSince: lastSignOfLife(state), until: quietUntil ?? at };
  state.abandonments += 1;
  state.lastAbandonment = { cartId, kind: stage, at, recovered: false, openedAt, alert };
  state.heldAlert = alert === 'held' ? silence : null;
  return {
    cart: endCart(state, cart, 'abandoned', at),
    abandonment,
    alert: alert === 'said' ? sayAbandoned(state, silence) : null,
  };
}
