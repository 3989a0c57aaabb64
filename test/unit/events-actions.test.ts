// Each event type says what it shows of the funnel, what it does to the cart, and what it counts as: one case each.
import { describe, expect, it } from 'vitest';

import { actionNames, actionOf, isActionName, type Action, type ActionName } from '../../events/actions.ts';

type Case = readonly [
  step: ReturnType<Action['step']>,
  cart: ReturnType<Action['cart']>,
  counts: Action['counts'] | 'nothing',
];

const cases: Record<ActionName, Case> = {
  pageview: [null, null, 'pageviews'],
  click: [null, null, 'clicks'],
  scroll: [null, null, 'scrolls'],
  form_submit: [null, null, 'form_submits'],
  video_play: [null, null, 'video_plays'],
  view_item: ['product', null, 'nothing'],
  add_to_cart: ['cart', 'add', 'nothing'],
  remove_from_cart: [null, 'remove', 'nothing'],
  begin_checkout: ['checkout', 'checkout', 'nothing'],
  add_payment_info: ['checkout', 'checkout', 'nothing'],
  purchase: ['purchase', 'purchase', 'nothing'],
  refund: [null, null, 'nothing'],
  login: [null, null, 'nothing'],
};

describe('an event type', () => {
  it.each(Object.entries(cases) as [ActionName, Case][])('%s', (name, [step, cart, counts]) => {
    const action = actionOf(name);
    expect(action.step(null)).toBe(step);
    expect(action.cart(null)).toBe(cart);
    expect(action.counts ?? 'nothing').toBe(counts);
    // Only a page view is told by its page.
    if (name !== 'pageview') {
      expect(action.step('/purchase-complete')).toBe(step);
      expect(action.cart('/purchase-complete')).toBe(cart);
    }
  });

  it('has its case here, and no other name is one', () => {
    expect([...actionNames].sort()).toEqual(Object.keys(cases).sort());
    expect(actionNames.every(isActionName)).toBe(true);
    for (const name of ['', 'toString', '__proto__', 'constructor', 'Pageview', 'page']) {
      expect(isActionName(name)).toBe(false);
    }
  });
});

describe('a page view', () => {
  it.each([
    ['/home', 'browse', null],
    ['/product/1', 'product', null],
    ['/cart', 'cart', 'view'],
    ['/checkout/payment', 'checkout', 'checkout'],
    ['/purchase-complete', 'purchase', 'purchase'],
  ] as const)('of %s shows %s', (page, step, cart) => {
    expect(actionOf('pageview').step(page)).toBe(step);
    expect(actionOf('pageview').cart(page)).toBe(cart);
  });
});
