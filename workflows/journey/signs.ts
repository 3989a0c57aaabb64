import type { JourneyEvent } from './journey-event.ts';
import type { Signs } from './segment-state.ts';
import { dearCartFrom, dearCartUntil } from './segments.ts';
import type { JourneyState } from './state.ts';

const productsRemembered = 8;
/** The end of a product's path names the product. */
const charactersRemembered = 80;

/** As after a step forward. */
const standstill = { looks: 0, removals: 0, retreats: 0 } as const;

/** Begins anew what belongs to a cart, session, purchase or abandonment that is over. */
export function turnPages(state: JourneyState): void {
  const { cart, sessions, purchases, abandonments } = state;
  let { signs } = state.segment;
  const cartId = cart?.cartId ?? null;
  if (signs.cartId !== cartId)
    signs = { ...signs, ...standstill, cartId, filled: false, sawCart: false, isDear: false, isAway: false };
  const chapter = `${sessions} ${purchases} ${abandonments}`;
  if (signs.chapter !== chapter) signs = { ...signs, chapter, productViews: [], mostViews: 0 };
  if (signs.purchases !== purchases) signs = { ...signs, purchases, abandonmentsAtPurchase: abandonments };
  const isDear = (cart?.value ?? 0) >= (signs.isDear ? dearCartUntil : dearCartFrom);
  state.segment.signs = isDear === signs.isDear ? signs : { ...signs, isDear };
}

/** Notes what an event shows that was applied and is not late. */
export function noteSigns(state: JourneyState, event: JourneyEvent): void {
  const { signs } = state.segment;
  const isPageview = event.action === 'pageview';
  if (isPageview && event.step === 'product' && event.page !== null) lookAtProduct(signs, event.page);
  // An older event speaks of a cart that has ended, and the first one of a cart opens it.
  if (!state.cart || event.time <= state.cartsEndedAt) return;
  if (event.cartEffect === 'add') signs.filled = true;
  if (event.cartEffect === 'add' || event.cartEffect === 'checkout')
    state.segment.signs = { ...signs, ...standstill, isAway: false };
  else if (event.cartEffect === 'remove') signs.removals += 1;
  else if (isPageview && event.eventId !== state.cart.cartId) lookAround(state, event);
}

function lookAround({ cart, segment: { signs } }: JourneyState, { step, cartEffect }: JourneyEvent): void {
  if (cartEffect === 'view') signs.sawCart ||= signs.filled;
  if (step === 'product' || step === 'cart') signs.looks += 1;
  if (cart?.stage !== 'checkout' || signs.isAway) return;
  signs.isAway = true;
  signs.retreats += 1;
}

function lookAtProduct(signs: Signs, page: string): void {
  if (!/^\/product\/./i.test(page)) return;
  const name = page.slice(-charactersRemembered);
  const before = signs.productViews.find(([seen]) => seen === name)?.[1] ?? 0;
  const others = signs.productViews.filter(([seen]) => seen !== name);
  signs.productViews = [...others, [name, before + 1] as const].slice(-productsRemembered);
  signs.mostViews = Math.max(signs.mostViews, before + 1);
}
