// The funnel goes browse, product, cart, checkout, purchase; a page shows the step that its path names.
import { describe, expect, it } from 'vitest';

import { funnelSteps, rankOf, stepOfPage } from '../../events/funnel.ts';

describe('the funnel', () => {
  it('has its steps in order', () => {
    expect(funnelSteps).toEqual(['browse', 'product', 'cart', 'checkout', 'purchase']);
    expect(funnelSteps.map(rankOf)).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([
    ['/home', 'browse'],
    ['/', 'browse'],
    ['/products', 'browse'],
    ['/category/shoes', 'browse'],
    ['/cartography', 'browse'],
    ['/checkout-help', 'browse'],
    ['/blog/cart', 'browse'],
    ['/purchase-completed', 'browse'],
    ['', 'browse'],
    ['/product/1234', 'product'],
    ['/Product/1234', 'product'],
    ['/cart', 'cart'],
    ['/CART/', 'cart'],
    ['/checkout', 'checkout'],
    ['/checkout/payment', 'checkout'],
    ['/purchase-complete', 'purchase'],
    ['/purchase-complete/o-1', 'purchase'],
  ])('%s is %s', (page, step) => {
    expect(stepOfPage(page)).toBe(step);
  });
});
