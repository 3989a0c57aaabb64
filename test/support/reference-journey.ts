import type { ActionName } from '../../events/actions.ts';
import type { FunnelStep } from '../../events/funnel.ts';
import type { CartStage, CartStatus } from '../../events/journey-record.ts';
import type { JourneyRules, LineDetail } from '../../events/letter.ts';
import type { Item } from '../../events/shop-event.ts';
import { hour, minute } from './letters.ts';

/** What a user did, as somebody who watched would tell it. Times in milliseconds since 1970, no two the same. */
export interface ToldEvent {
  readonly id: string;
  readonly at: number;
  readonly action: ActionName;
  readonly page?: string;
  readonly detail?: LineDetail;
}

interface ExpectedCart {
  cartId: string;
  status: CartStatus;
  stage: CartStage;
  items: Item[];
  value: number | null;
  closedAt: number | null;
}

interface ExpectedPurchase {
  purchaseId: string;
  purchasedAt: number;
  cartId: string | null;
  value: number | null;
}

interface ExpectedAbandonment {
  cartId: string;
  kind: CartStage;
  abandonedAt: number;
  suppressed: boolean;
  alert: 'said' | 'suppressed' | 'held' | 'dropped';
}

/** Quiet hours of every day in UTC, in minutes since midnight. */
export interface QuietTime {
  readonly from: number;
  readonly to: number;
}

export interface Expected {
  sessions: number;
  readonly steps: { step: FunnelStep; reachedAt: number; sessionStartedAt: number }[];
  readonly carts: ExpectedCart[];
  readonly purchases: ExpectedPurchase[];
  readonly abandonments: ExpectedAbandonment[];
  readonly recoveries: { cartId: string; recoveredAt: number; value: number | null }[];
  readonly alerts: string[];
}

/**
 * What a journey has to say of a user's events, told in order, when its clock has come to `until`: the words of the
 * design, one event after the other and all of them at hand. It shares no code with the reducers.
 */
export function referenceJourney(
  events: readonly ToldEvent[],
  until: number,
  rules: JourneyRules,
  quiet: QuietTime | null = null,
): Expected {
  const said: Expected = {
    sessions: 0,
    steps: [],
    carts: [],
    purchases: [],
    abandonments: [],
    recoveries: [],
    alerts: [],
  };
  let cart: ExpectedCart | null = null;
  let lastSeen = Number.NEGATIVE_INFINITY;
  let runStart = 0;
  let session = { start: 0, part: -1, steps: new Set<FunnelStep>() };
  let lastPurchase:
    null | (ExpectedPurchase & { onlyPage: boolean; orderId: string | null; session: number }) = null;
  let recoverable: null | { abandonment: ExpectedAbandonment; at: number } = null;
  let lastAloud = Number.NEGATIVE_INFINITY;
  let held: null | { abandonment: ExpectedAbandonment; until: number } = null;
  const orders = new Set<string>();

  for (const event of events) {
    abandonIfSilentUntil(event.at, false);
    comeBack(event.at);
    enterSession(event);
    lastSeen = event.at;
    const meaning = meaningOf(event);
    if (meaning === 'purchase') buy(event);
    else if (meaning !== null) changeCart(event, meaning);
  }
  abandonIfSilentUntil(until, true);
  quietEndsBy(until, true);
  return said;

  function abandonIfSilentUntil(time: number, orAtIt: boolean): void {
    if (!cart) return;
    const window = cart.stage === 'checkout' ? rules.checkoutAbandonAfterMs : rules.cartAbandonAfterMs;
    const deadline = lastSeen + window;
    if (orAtIt ? time < deadline : time <= deadline) return;
    const quietUntil = endOfQuiet(deadline, quiet);
    const suppressed = (quietUntil ?? deadline) - lastAloud < rules.alertCooldownMs;
    const abandonment: ExpectedAbandonment = {
      cartId: cart.cartId,
      kind: cart.stage,
      abandonedAt: deadline,
      suppressed,
      alert: suppressed ? 'suppressed' : 'held',
    };
    said.abandonments.push(abandonment);
    recoverable = { abandonment, at: deadline };
    if (!suppressed) held = { abandonment, until: quietUntil ?? deadline };
    if (held && quietUntil === null) sayHeld(held);
    close('abandoned', deadline);
  }

  function comeBack(at: number): void {
    quietEndsBy(at, false);
    if (held) held.abandonment.alert = 'dropped';
    held = null;
  }

  function quietEndsBy(time: number, orAtIt: boolean): void {
    if (held && (orAtIt ? held.until <= time : held.until < time)) sayHeld(held);
  }

  function sayHeld({ abandonment, until: at }: NonNullable<typeof held>): void {
    abandonment.alert = 'said';
    said.alerts.push(`${abandonment.kind}_abandoned ${abandonment.cartId}`);
    lastAloud = at;
    held = null;
  }

  function enterSession(event: ToldEvent): void {
    if (event.at - lastSeen > rules.sessionGapMs) {
      runStart = event.at;
      session.part = -1;
    }
    const part = Math.floor((event.at - runStart) / (24 * hour));
    if (part !== session.part) {
      said.sessions += 1;
      session = { start: event.at, part, steps: new Set(['browse']) };
    }
    const step = stepOf(event);
    if (step === null || session.steps.has(step)) return;
    session.steps.add(step);
    said.steps.push({ step, reachedAt: event.at, sessionStartedAt: session.start });
  }

  function changeCart(event: ToldEvent, meaning: 'view' | 'add' | 'remove' | 'checkout'): void {
    if (!cart) {
      if (meaning === 'remove') return;
      cart = { cartId: event.id, status: 'open', stage: 'cart', items: [], value: null, closedAt: null };
      said.carts.push(cart);
    }
    if (meaning === 'checkout') cart.stage = 'checkout';
    const items = event.detail?.items ?? [];
    const had = cart.items.length;
    if (meaning === 'checkout' && items.length > 0) cart.items = items.map((item) => ({ ...item }));
    for (const item of meaning === 'add' ? items : []) put(cart.items, item);
    for (const item of meaning === 'remove' ? items : []) take(cart.items, item);
    const cents = cart.items.map(({ quantity, price }) => quantity * Math.round((price ?? 0) * 100));
    if (cart.items.length > 0) cart.value = cents.reduce((sum, each) => sum + each, 0) / 100;
    if (had > 0 && cart.items.length === 0) {
      cart.value = 0;
      close('emptied', event.at);
    }
  }

  function buy(event: ToldEvent): void {
    const onlyPage = event.action === 'pageview';
    const { orderId = null, value: stated = null } = event.detail ?? {};
    const isPagesOrder =
      lastPurchase?.onlyPage === true && !onlyPage && orderId !== null && lastPurchase.orderId === orderId;
    if (orderId !== null && orders.has(orderId) && !isPagesOrder) return;
    const near =
      lastPurchase !== null &&
      lastPurchase.session === said.sessions &&
      event.at - lastPurchase.purchasedAt <= rules.sessionGapMs;
    if (near && onlyPage && !cart) return;
    if (orderId !== null) orders.add(orderId);
    // An order belongs to the page that showed it, by its id or else by its nearness, unless a newer cart is open.
    const isAnotherOrder = lastPurchase?.orderId != null && orderId !== null && !isPagesOrder;
    if (lastPurchase?.onlyPage && !onlyPage && (isPagesOrder || (near && !cart && !isAnotherOrder))) {
      lastPurchase.onlyPage = false;
      lastPurchase.orderId ??= orderId;
      const counted = said.purchases.at(-1);
      if (counted) counted.value = stated ?? counted.value;
      return;
    }
    const purchase = {
      purchaseId: event.id,
      purchasedAt: event.at,
      cartId: cart?.cartId ?? null,
      value: stated ?? cart?.value ?? null,
    };
    said.purchases.push(purchase);
    lastPurchase = { ...purchase, onlyPage, orderId, session: said.sessions };
    if (cart) close('purchased', event.at);
    if (!recoverable || event.at - recoverable.at > rules.recoveryWindowMs) return;
    const { cartId, alert } = recoverable.abandonment;
    said.recoveries.push({ cartId, recoveredAt: event.at, value: purchase.value });
    said.alerts.push(`cart_recovered ${cartId} after ${alert}`);
    recoverable = null;
  }

  function close(status: CartStatus, at: number): void {
    if (cart) Object.assign(cart, { status, closedAt: at });
    cart = null;
  }
}

function endOfQuiet(at: number, quiet: QuietTime | null): number | null {
  if (!quiet) return null;
  const length = (quiet.to - quiet.from + 24 * 60) % (24 * 60);
  const sinceStart = (at - quiet.from * minute) % (24 * hour);
  return sinceStart < length * minute ? at - sinceStart + length * minute : null;
}

type Meaning = 'view' | 'add' | 'remove' | 'checkout' | 'purchase' | null;

function meaningOf({ action, page }: ToldEvent): Meaning {
  if (action === 'pageview') {
    if (page === '/cart') return 'view';
    if (page === '/checkout') return 'checkout';
    return page === '/purchase-complete' ? 'purchase' : null;
  }
  if (action === 'add_to_cart') return 'add';
  if (action === 'remove_from_cart') return 'remove';
  if (action === 'begin_checkout' || action === 'add_payment_info') return 'checkout';
  return action === 'purchase' ? 'purchase' : null;
}

function stepOf(event: ToldEvent): FunnelStep | null {
  if (event.action === 'view_item' || event.page?.startsWith('/product/')) return 'product';
  const meaning = meaningOf(event);
  if (meaning === 'view' || meaning === 'add') return 'cart';
  return meaning === 'remove' ? null : meaning;
}

function put(items: Item[], item: Item): void {
  const index = items.findIndex(({ productId }) => productId === item.productId);
  const present = items[index];
  if (present) items[index] = { ...item, quantity: present.quantity + item.quantity };
  else items.push({ ...item });
}

function take(items: Item[], { productId, quantity }: Item): void {
  const index = items.findIndex((item) => item.productId === productId);
  const present = items[index];
  if (!present) return;
  if (present.quantity > quantity) items[index] = { ...present, quantity: present.quantity - quantity };
  else items.splice(index, 1);
}
