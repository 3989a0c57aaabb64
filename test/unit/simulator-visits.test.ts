// Whole visits keep the funnel rates that their profile states, and popular products are asked for far more often.
import { describe, expect, it } from 'vitest';

import { createCatalogue } from '../../simulator/catalogue.ts';
import { checkOut } from '../../simulator/checkout.ts';
import { demoProfile, publishedProfile, type ShopProfile } from '../../simulator/profile.ts';
import { createRandomness } from '../../simulator/randomness.ts';
import {
  CART_ABANDONMENT_RATE,
  CHECKOUTS_WITH_A_SLOW_PAGE,
  CHECKOUTS_WITH_FAILING_FORMS,
} from '../../simulator/rates.ts';
import { visit } from '../../simulator/session.ts';
import { createCrowd } from '../../simulator/visitors.ts';

const sessions = 8000;

function funnelOf(profile: ShopProfile) {
  const randomness = createRandomness(5);
  const around = { profile, randomness, catalogue: createCatalogue(randomness) };
  const crowd = createCrowd(profile, randomness);
  const reached = { bounced: 0, cart: 0, checkout: 0, purchase: 0, returning: 0, robots: 0 };
  for (let count = 0; count < sessions; count += 1) {
    const shopper = crowd.arrive(0);
    if (shopper.identity === 'robot') {
      reached.robots += 1;
      count -= 1;
      continue;
    }
    const actions = [...visit(shopper, around)].map(({ event }) => event.action);
    if (actions.length === 1) reached.bounced += 1;
    if (actions.includes('add_to_cart')) reached.cart += 1;
    if (actions.includes('begin_checkout')) reached.checkout += 1;
    if (actions.includes('purchase')) reached.purchase += 1;
    if (shopper.returning) reached.returning += 1;
    crowd.leave(shopper, 0);
  }
  return reached;
}

describe.each([
  ['published', publishedProfile],
  ['demo', demoProfile],
])('the %s profile', (_name, profile) => {
  const reached = funnelOf(profile);

  it('keeps its rates', () => {
    const cartRate =
      profile.returningShare * profile.cartRateOfReturning +
      (1 - profile.returningShare) * profile.cartRateOfNew;
    expect(Math.abs(reached.robots / (sessions + reached.robots) - profile.robotShare)).toBeLessThan(0.005);
    expect(Math.abs(reached.bounced / sessions - profile.bounceRate)).toBeLessThan(0.02);
    expect(Math.abs(reached.returning / sessions - profile.returningShare)).toBeLessThan(0.02);
    expect(Math.abs(reached.cart / sessions - cartRate)).toBeLessThan(0.015);
    expect(Math.abs(reached.checkout / reached.cart - profile.checkoutRate)).toBeLessThan(0.05);
    expect(Math.abs(reached.purchase / reached.checkout - profile.completionRate)).toBeLessThan(0.06);
  });
});

describe('the rates', () => {
  it('of the published profile add up to the published abandonment', () => {
    expect(publishedProfile.checkoutRate * publishedProfile.completionRate).toBeCloseTo(
      1 - CART_ABANDONMENT_RATE,
      6,
    );
  });

  it('of the demo leave 30 to 60 % of carts behind', () => {
    const abandoned = 1 - demoProfile.checkoutRate * demoProfile.completionRate;
    expect(abandoned).toBeGreaterThan(0.3);
    expect(abandoned).toBeLessThan(0.6);
  });
});

describe('trouble in the checkout', () => {
  it('is met by a few per cent: forms that fail and say so, or a page far slower than any other', () => {
    const randomness = createRandomness(3);
    const cart = [{ product_id: 'lamp-1', quantity: 1, price: 10 }];
    const met = { failing: 0, slow: 0, bought: 0 };
    const checkouts = 6000;
    for (let count = 0; count < checkouts; count += 1) {
      const way = { begins: true, completes: randomness.chance(0.5) };
      const events = [...checkOut(cart, way, { profile: demoProfile, randomness })].map(
        ({ content }) => content,
      );
      const failed = events.filter((event) => event.success === false);
      if (failed.length > 0) met.failing += 1;
      if (failed.length > 0 && events.some(({ action }) => action === 'purchase')) met.bought += 1;
      if (failed.some(({ action, page }) => action !== 'form_submit' || page !== '/checkout'))
        throw new Error('something else than a form of the checkout failed');
      if (events.some(({ page, load_time: time }) => page === '/checkout' && (time ?? 0) >= 6)) met.slow += 1;
    }
    expect(Math.abs(met.failing / checkouts - CHECKOUTS_WITH_FAILING_FORMS)).toBeLessThan(0.01);
    expect(Math.abs(met.slow / checkouts - CHECKOUTS_WITH_A_SLOW_PAGE)).toBeLessThan(0.01);
    expect(met.bought).toBeGreaterThan(0);
    expect(met.bought).toBeLessThan(met.failing);
  });
});

describe('a cart left behind', () => {
  it('is bought on the return, at the same value and in a session of its own', () => {
    const randomness = createRandomness(1);
    const catalogue = createCatalogue(randomness);
    const crowd = createCrowd(demoProfile, randomness);
    const cart = [{ product_id: 'lamp-1', quantity: 2, price: 10.1 }];
    const shopper = crowd.arrive(0);
    const back = crowd.comeBack(shopper, cart);
    const events = [...visit(back, { profile: demoProfile, catalogue, randomness })].map(
      ({ event }) => event,
    );
    expect(back.sessionId).not.toBe(shopper.sessionId);
    expect(events.every((event) => event.user_id === shopper.person.userId)).toBe(true);
    expect(events.find((event) => event.action === 'purchase')).toMatchObject({ items: cart, value: 20.2 });
  });
});

describe('the catalogue', () => {
  it('has unequal products: the first of 200 is asked for about ten times as often as the tenth', () => {
    const randomness = createRandomness(9);
    const catalogue = createCatalogue(randomness, 200);
    const asked = new Map<string, number>();
    for (let count = 0; count < 20_000; count += 1) {
      const { id } = catalogue.choose(randomness);
      asked.set(id, (asked.get(id) ?? 0) + 1);
    }
    const first = asked.get(catalogue.products[0]?.id ?? '') ?? 0;
    const tenth = asked.get(catalogue.products[9]?.id ?? '') ?? 0;
    expect(first / tenth).toBeGreaterThan(7);
    expect(first / tenth).toBeLessThan(14);
    expect(new Set(catalogue.products.map(({ id }) => id)).size).toBe(200);
    expect(catalogue.products.every(({ price }) => price > 0)).toBe(true);
  });
});
