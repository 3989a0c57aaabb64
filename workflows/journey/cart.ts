import type { CartRow, CartStatus } from '../../events/journey-record.ts';
import { greatestAmount, type Item } from '../../events/shop-event.ts';
import type { JourneyEvent } from './journey-event.ts';
import type { JourneyState } from './state.ts';

const mostItems = 200;

/** Applies a cart event other than a purchase; says what the cart became, or nothing when it does not change. */
export function changeCart(state: JourneyState, event: JourneyEvent): CartRow | null {
  const { cartEffect } = event;
  if (cartEffect === null || cartEffect === 'purchase' || event.time <= state.cartsEndedAt) return null;
  if (cartEffect === 'remove' && !state.cart) return null;
  const before = state.cart ?? openCart(event);
  const items = itemsAfter(before.items, event);
  const stage = cartEffect === 'checkout' ? 'checkout' : before.stage;
  if (state.cart && cartEffect === 'view') return null;
  if (state.cart && stage === before.stage && items === before.items) return null;
  const after: CartRow = {
    ...before,
    version: before.version + 1,
    openedAt: Math.min(before.openedAt, event.time),
    updatedAt: Math.max(before.updatedAt, event.time),
    stage,
    items,
    value: valueAfter(before, items, event),
    currency: event.currency ?? before.currency,
  };
  const emptied = cartEffect === 'remove' && before.items.length > 0 && items.length === 0;
  if (emptied) return endCart(state, after, 'emptied', event.time);
  state.cart = after;
  return after;
}

/** Ends the cart; it is said once how, and older events of it change nothing any more. */
export function endCart(
  state: JourneyState,
  cart: CartRow,
  status: Exclude<CartStatus, 'open'>,
  at: number,
): CartRow {
  state.cart = null;
  state.cartsEndedAt = Math.max(state.cartsEndedAt, at);
  return { ...cart, version: cart.version + 1, status, closedAt: at };
}

function openCart(event: JourneyEvent): CartRow {
  return {
    cartId: event.eventId,
    version: 0,
    status: 'open',
    stage: 'cart',
    openedAt: event.time,
    updatedAt: event.time,
    closedAt: null,
    items: [],
    value: null,
    currency: event.currency,
  };
}

function itemsAfter(items: readonly Item[], event: JourneyEvent): readonly Item[] {
  if (event.items.length === 0) return items;
  switch (event.cartEffect) {
    case 'add':
      return event.items.reduce(withItem, items);
    case 'remove':
      return event.items.reduce(withoutItem, items);
    case 'checkout':
      // The shop states the whole cart when a checkout begins.
      return event.items.slice(0, mostItems);
    case 'view':
    case 'purchase':
    case null:
      return items;
  }
}

function withItem(items: readonly Item[], added: Item): readonly Item[] {
  const index = items.findIndex((item) => item.productId === added.productId);
  const present = items[index];
  if (!present) return items.length < mostItems ? [...items, added] : items;
  const merged = {
    ...present,
    quantity: present.quantity + added.quantity,
    price: added.price ?? present.price,
  };
  return items.with(index, merged);
}

function withoutItem(items: readonly Item[], removed: Item): readonly Item[] {
  const index = items.findIndex((item) => item.productId === removed.productId);
  const present = items[index];
  if (!present) return items;
  const quantity = present.quantity - removed.quantity;
  return quantity > 0 ? items.with(index, { ...present, quantity }) : items.toSpliced(index, 1);
}

/** The value of the priced items, to the cent; without a price, what the shop last said the cart is worth. */
function valueAfter(before: CartRow, items: readonly Item[], event: JourneyEvent): number | null {
  if (before.items.length > 0 && items.length === 0) return 0;
  const priced = items.filter((item) => item.price !== null);
  if (priced.length === 0) return event.value ?? before.value;
  const cents = priced.reduce((sum, item) => sum + Math.round(item.quantity * (item.price ?? 0) * 100), 0);
  return Math.max(-greatestAmount, Math.min(greatestAmount, cents / 100));
}
