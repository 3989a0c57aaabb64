import type { AbandonmentRow, JourneyAlert } from '../../events/journey-record.ts';
import type { JourneyEvent } from './journey-event.ts';
import type { HeldAlert, JourneyState } from './state.ts';

/**
 * Does an event take back what the alert would say? Any later one does, and a purchase of the time of the cart does
 * even when it comes late: whoever has bought is not to be told about an abandoned cart.
 */
export function isAnswerTo(held: HeldAlert, event: JourneyEvent): boolean {
  return event.time > held.silentSince || (event.cartEffect === 'purchase' && event.time >= held.openedAt);
}

/** Ends the wait: the alert to say, or none when it is dropped, and the row that says what became of it. */
export function letGo(
  state: JourneyState,
  held: HeldAlert,
  fate: 'said' | 'dropped',
): { readonly abandonment: AbandonmentRow; readonly alert: JourneyAlert | null } {
  state.heldAlert = null;
  if (state.lastAbandonment) state.lastAbandonment = { ...state.lastAbandonment, alert: fate };
  return {
    abandonment: { ...held.abandonment, alert: fate },
    alert: fate === 'said' ? sayAbandoned(state, held) : null,
  };
}

/** The alert of an abandonment, now said: the cool-down starts. */
export function sayAbandoned(state: JourneyState, silence: HeldAlert): JourneyAlert {
  const { cartId, kind, abandonedAt, value, currency, items } = silence.abandonment;
  state.lastAlertAt = silence.until;
  return {
    type: kind === 'checkout' ? 'checkout_abandoned' : 'cart_abandoned',
    cartId,
    at: abandonedAt,
    value,
    currency,
    items,
    elapsedMs: silence.until - silence.silentSince,
    abandonedBefore: state.abandonments - 1,
    openedAt: silence.openedAt,
    sessions: state.sessions,
    purchases: state.purchases,
    heldUntil: silence.until > abandonedAt ? silence.until : null,
    recovered: null,
  };
}
