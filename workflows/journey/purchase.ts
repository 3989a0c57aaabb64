import type { CartRow, PurchaseRow, RecoveryRow } from '../../events/journey-record.ts';
import type { JourneyRules } from '../../events/letter.ts';
import { endCart } from './cart.ts';
import type { JourneyEvent } from './journey-event.ts';
import type { JourneyState, Purchase } from './state.ts';

const ordersRemembered = 16;

export interface Purchased {
  readonly purchase: PurchaseRow;
  readonly cart: CartRow | null;
  readonly recovery: (RecoveryRow & { readonly elapsedMs: number }) | null;
}

/**
 * A purchase ends the open cart and may recover an abandoned one. A shop may show one purchase twice, by the order's
 * event and by the page after it, in either order: it counts once, with the order's value.
 */
export function purchase(state: JourneyState, event: JourneyEvent, rules: JourneyRules): Purchased | null {
  const fromPage = event.action === 'pageview';
  const isTold = event.orderId !== null && state.recentOrderIds.includes(event.orderId);
  const ending = state.cart && state.cart.openedAt <= event.time ? state.cart : null;
  const last = state.lastPurchase;
  const showedByPage = last?.fromPage && !fromPage ? last : null;
  const isOrderOfPage = showedByPage?.orderId != null && showedByPage.orderId === event.orderId;
  if (isTold && !isOrderOfPage) return null;
  if (showedByPage && isOrderOf(state, showedByPage, event, rules))
    return completed(state, showedByPage, event);
  // The page was loaded again, or shows the order that the event has told already.
  if (last && fromPage && !ending && isSameVisit(state, last, event, rules)) return null;
  remember(state, event);
  const row: PurchaseRow = {
    purchaseId: event.eventId,
    version: 1,
    purchasedAt: event.time,
    orderId: event.orderId,
    cartId: ending?.cartId ?? null,
    value: event.value ?? (event.items.length === 0 ? (ending?.value ?? null) : null),
    currency: event.currency ?? ending?.currency ?? null,
    items: event.items.length > 0 ? event.items : (ending?.items ?? []),
  };
  state.purchases += 1;
  state.purchasedValue = addedToTheCent(state.purchasedValue, row.value ?? 0);
  state.lastPurchase = {
    purchaseId: row.purchaseId,
    version: 1,
    at: event.time,
    value: row.value,
    fromPage,
    orderId: event.orderId,
    cartId: row.cartId,
  };
  state.cartsEndedAt = Math.max(state.cartsEndedAt, event.time);
  return {
    purchase: row,
    cart: ending ? endCart(state, ending, 'purchased', event.time) : null,
    recovery: recover(state, event, row.value, rules),
  };
}

function isSameVisit(state: JourneyState, last: Purchase, event: JourneyEvent, rules: JourneyRules): boolean {
  const startedAt = state.session?.startedAt ?? 0;
  // Both in the session that is open, or both before it.
  const isSameSide = startedAt <= last.at === startedAt <= event.time;
  return Math.abs(event.time - last.at) <= rules.sessionGapMs && isSameSide;
}

/** Does an order's event belong to the purchase that its page has shown? An order for a newer cart does not. */
function isOrderOf(state: JourneyState, last: Purchase, event: JourneyEvent, rules: JourneyRules): boolean {
  if (last.orderId !== null && event.orderId !== null) return last.orderId === event.orderId;
  const isForNewerCart = state.cart !== null && state.cart.openedAt <= event.time;
  return !isForNewerCart && isSameVisit(state, last, event, rules);
}

/** The order's own event after its page: the same purchase, now with what the order says. */
function completed(state: JourneyState, last: Purchase, event: JourneyEvent): Purchased {
  remember(state, event);
  const value = event.value ?? last.value;
  const version = last.version + 1;
  state.purchasedValue = addedToTheCent(state.purchasedValue, (value ?? 0) - (last.value ?? 0));
  state.lastPurchase = { ...last, version, value, fromPage: false, orderId: event.orderId ?? last.orderId };
  const purchase: PurchaseRow = {
    purchaseId: last.purchaseId,
    version,
    purchasedAt: last.at,
    orderId: event.orderId ?? last.orderId,
    cartId: last.cartId,
    value,
    currency: event.currency,
    items: event.items,
  };
  return { purchase, cart: null, recovery: null };
}

function recover(
  state: JourneyState,
  event: JourneyEvent,
  value: number | null,
  rules: JourneyRules,
): Purchased['recovery'] {
  const abandoned = state.lastAbandonment;
  if (!abandoned || abandoned.recovered) return null;
  const elapsedMs = event.time - abandoned.at;
  if (elapsedMs < 0 || elapsedMs > rules.recoveryWindowMs) return null;
  state.lastAbandonment = { ...abandoned, recovered: true };
  return { cartId: abandoned.cartId, recoveredAt: event.time, value, elapsedMs };
}

function remember(state: JourneyState, event: JourneyEvent): void {
  if (event.orderId === null) return;
  state.recentOrderIds = [...state.recentOrderIds, event.orderId].slice(-ordersRemembered);
}

const addedToTheCent = (sum: number, added: number): number => Math.round((sum + added) * 100) / 100;
