import type { ShopEvent } from '../../events/shop-event.ts';
import { shopEvent } from './shop-event.ts';

/** A week of a shop, small enough to be added up by hand. Times are UTC, of 2026; 2 March is a Monday. */

type Content = Partial<ShopEvent> & Pick<ShopEvent, 'action'>;

const view = (page: string, loadTimeSeconds: number, more: Partial<ShopEvent> = {}): Content => ({
  action: 'pageview',
  page,
  loadTimeSeconds,
  ...more,
});
const deal = (
  action: 'view_item' | 'add_to_cart' | 'purchase' | 'refund',
  [productId, quantity, price]: readonly [string, number, number],
  more: Partial<ShopEvent> = {},
): Content => ({
  action,
  page: `/product/${productId}`,
  items: [{ productId, quantity, price }],
  value: Math.round(quantity * price * 100) / 100,
  currency: 'EUR',
  ...more,
});

const desktop = { device: { type: 'desktop', browser: 'Firefox', os: 'Linux' } };
const iphone = { device: { type: 'mobile', browser: 'Safari', os: 'iOS' } };
const android = { device: { type: 'mobile', browser: 'Chrome', os: 'Android' } };
const user = (name: string) => ({ journeyId: `u1_${name}`, userId: `u1_${name}`, sessionId: `s1_${name}` });
const visitor = (name: string) => ({ journeyId: `s1_${name}`, userId: null, sessionId: `s1_${name}` });

const search = { referrer: 'https://www.search.example/' };
const letter = {
  referrer: 'https://news.example/?utm_source=newsletter&utm_medium=email&utm_campaign=weekly',
};
const social = { referrer: 'https://social.example/?utm_source=social&utm_medium=paid' };
const lampPage = '/product/lamp';
const mugPage = '/product/mug';

const script: readonly (readonly [time: string, who: Partial<ShopEvent>, Content])[] = [
  // A week before: ada finds the shop, and buys a lamp.
  ['02-23T09:00', { ...user('ada'), ...desktop }, view(lampPage, 1, search)],
  ['02-23T09:01', { ...user('ada'), ...desktop }, deal('purchase', ['lamp', 1, 10.1], { orderId: 'o-0' })],

  // ada comes by the newsletter and leaves two lamps in the cart.
  ['03-02T09:00', { ...user('ada'), ...desktop }, view('/home', 1, letter)],
  ['03-02T09:02', { ...user('ada'), ...desktop }, view(lampPage, 2)],
  ['03-02T09:02', { ...user('ada'), ...desktop }, deal('view_item', ['lamp', 1, 10.1])],
  ['03-02T09:04', { ...user('ada'), ...desktop }, deal('add_to_cart', ['lamp', 2, 10.1])],
  ['03-02T09:05', { ...user('ada'), ...desktop }, view('/cart', 0.5)],
  // A visitor of a single event.
  ['03-02T09:10', { ...visitor('cleo'), ...android }, view('/home', 0.9)],
  ['03-02T09:20', { ...visitor('robot'), ...desktop, bot: true }, view('/home', 0.1)],
  // bob looks once, and buys at night.
  ['03-02T09:30', { ...user('bob'), ...iphone }, view(lampPage, 4, search)],
  ['03-02T23:50', { ...user('bob'), ...iphone }, view(mugPage, 1)],
  ['03-02T23:51', { ...user('bob'), ...iphone }, deal('add_to_cart', ['mug', 1, 5.05])],
  ['03-02T23:52', { ...user('bob'), ...iphone }, { action: 'begin_checkout', page: '/checkout' }],
  ['03-02T23:53', { ...user('bob'), ...iphone }, deal('purchase', ['mug', 1, 5.05], { orderId: 'o-2' })],
  ['03-03T08:00', { ...user('bob'), ...iphone }, deal('refund', ['mug', 1, 5.05], { orderId: 'o-2' })],
  // ada comes back for the lamps; the page shows the order that the event has told.
  ['03-03T10:00', { ...user('ada'), ...desktop }, view('/cart', 0.4)],
  ['03-03T10:01', { ...user('ada'), ...desktop }, view(lampPage, 3)],
  ['03-03T10:02', { ...user('ada'), ...desktop }, view('/cart', 0.6)],
  ['03-03T10:03', { ...user('ada'), ...desktop }, { action: 'begin_checkout', page: '/checkout' }],
  ['03-03T10:05', { ...user('ada'), ...desktop }, deal('purchase', ['lamp', 2, 10.1], { orderId: 'o-1' })],
  ['03-03T10:06', { ...user('ada'), ...desktop }, view('/purchase-complete', 0.5)],
  // dan is a visitor who logs in, and pays in dollars without a checkout.
  ['03-04T12:00', { ...visitor('dan'), ...android }, view(mugPage, 1.2, social)],
  ['03-04T12:01', { ...visitor('dan'), ...android }, deal('add_to_cart', ['mug', 1, 5.05])],
  ['03-04T12:02', { ...user('dan'), ...android }, { action: 'login', page: '/login' }],
  [
    '03-04T12:03',
    { ...user('dan'), ...android },
    deal('purchase', ['mug', 1, 7], { orderId: 'o-3', currency: 'USD' }),
  ],
];

export const smallShop: readonly ShopEvent[] = script.map(([time, who, content], index) =>
  shopEvent({ eventId: `small-${index}`, time: Date.parse(`2026-${time}Z`), ...who, ...content }),
);
