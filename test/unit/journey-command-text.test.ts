// What `aisle journey` and `aisle journeys` print is readable without knowing the code, exact to the cent, and carries
// nothing from the shop's data that a terminal would obey.
import { describe, expect, it } from 'vitest';

import { journeyTable } from '../../cli/journey/journey-table.ts';
import { journeyText } from '../../cli/journey/journey-text.ts';
import type { JourneyView } from '../../workflows/journey/view.ts';

const journeyId = 'u1_0123456789abcdef0123456789abcdef';
const now = Date.parse('2026-03-01T12:00:00.000Z');

const silent: JourneyView = {
  handedOver: null,
  firstTouch: null,
  journeyId,
  kind: 'user',
  funnelStep: 'browse',
  lastEventAt: null,
  session: null,
  sessions: 0,
  cart: null,
  purchases: 0,
  purchasedValue: 0,
  lastPurchase: null,
  abandonments: 0,
  lastAbandonment: null,
  heldAlert: null,
  segment: { name: 'new', since: null, because: 'in the first session', told: 'new' },
  restsAfter: '2026-03-02T12:00:00.000Z',
  counts: { events: 0, duplicates: 0, late: 0, letters: 0 },
  marks: {},
};

const cart: NonNullable<JourneyView['cart']> = {
  cartId: 'c-1',
  status: 'open',
  stage: 'cart',
  items: [
    { productId: 'lamp-7', quantity: 1, price: 49.9 },
    { productId: 'mug-2', quantity: 2, price: null },
  ],
  value: 49.9,
  currency: 'EUR',
  openedAt: '2026-03-01T11:50:00.000Z',
  updatedAt: '2026-03-01T11:57:00.000Z',
  abandonedUnlessActiveBy: '2026-03-01T12:27:00.000Z',
};

const shopping: JourneyView = {
  ...silent,
  funnelStep: 'cart',
  lastEventAt: '2026-03-01T11:57:00.000Z',
  session: {
    startedAt: '2026-03-01T11:45:00.000Z',
    lastEventAt: '2026-03-01T11:57:00.000Z',
    openUntil: '2026-01-01T00:30:00.000Z',
    events: 5,
    pageviews: 1,
    entryPage: '/home',
    lastPage: '/product/lamp-7',
    reached: { browse: '2026-03-01T11:45:00.000Z', cart: '2026-03-01T11:50:00.000Z' },
  },
  sessions: 3,
  cart,
  purchases: 2,
  purchasedValue: 120,
  lastPurchase: {
    purchaseId: 'p-2',
    value: 20.5,
    fromPage: false,
    orderId: null,
    cartId: null,
    at: '2026-02-20T10:00:00.000Z',
  },
  abandonments: 1,
  lastAbandonment: {
    cartId: 'c-0',
    kind: 'checkout',
    at: '2026-02-20T09:00:00.000Z',
    recovered: true,
    alert: 'said',
  },
  segment: {
    name: 'high intent',
    since: '2026-03-01T11:50:00.000Z',
    because: 'looked at the cart with something in it',
    told: 'high intent',
  },
  counts: { events: 40, duplicates: 1, late: 0, letters: 6 },
};

describe('a journey', () => {
  it('is shown whole', () => {
    expect(journeyText({ view: shopping, endedAt: null }, now).split('\n')).toEqual([
      `User ${journeyId} at step cart`,
      'Segment       high intent since 2026-03-01 11:50:00 UTC (10 minutes ago): looked at the cart with something in it',
      'Last event    2026-03-01 11:57:00 UTC (3 minutes ago)',
      'Session       number 3, 2026-03-01 11:45:00 UTC to 2026-03-01 11:57:00 UTC',
      '              5 events, 1 page view, from /home to /product/lamp-7',
      '              2026-03-01 11:45:00 UTC browse',
      '              2026-03-01 11:50:00 UTC cart',
      'Cart          worth 49.90 EUR, open since 2026-03-01 11:50:00 UTC',
      '              1 × lamp-7 at 49.90 EUR',
      '              2 × mug-2 price not known',
      '              counts as abandoned at 2026-03-01 12:27:00 UTC (in 27 minutes) without any activity until then',
      'Purchases     2, worth 120.00 in all; the last of 20.50 at 2026-02-20 10:00:00 UTC',
      'Abandonments  1; the last, a checkout, at 2026-02-20 09:00:00 UTC, recovered by a purchase',
      'Ends          not before 2026-03-02 12:00:00 UTC (in 1 day)',
      'Counts        40 events in 6 letters; 1 repeated and ignored, 0 too late to count',
    ]);
  });

  it('that knows little says so', () => {
    const text = journeyText({ view: { ...silent, kind: 'visitor' }, endedAt: null }, now);
    for (const line of [
      /^Visitor u1_/,
      /Segment +new: in the first session\n/,
      /Last event +none/,
      /Session +none/,
      /Cart +none open/,
    ]) {
      expect(text).toMatch(line);
    }
    expect(text).toMatch(/Purchases +none\nAbandonments +none/);
  });

  it('says that a deadline which has passed is being decided', () => {
    const passed = { ...cart, abandonedUnlessActiveBy: '2026-03-01T11:59:00.000Z' };
    const text = journeyText({ view: { ...shopping, cart: passed }, endedAt: null }, now);
    expect(text).toContain('passed at 2026-03-01 11:59:00 UTC (1 minute ago)');
  });

  it('says until when quiet hours hold an alert back', () => {
    const heldAlert = {
      cartId: 'c-0',
      kind: 'cart',
      abandonedAt: '2026-03-01T02:00:00.000Z',
      saidUnlessActiveBy: '2026-03-01T13:00:00.000Z',
    } as const;
    expect(journeyText({ view: { ...silent, heldAlert }, endedAt: null }, now)).toContain(
      'its alert is held back by the quiet hours until 2026-03-01 13:00:00 UTC (in 1 hour), and dropped if the user comes back before',
    );
  });

  it('that has ended says when, and promises nothing any more', () => {
    const text = journeyText({ view: shopping, endedAt: '2026-03-01T11:58:00.000Z' }, now);
    expect(text).toMatch(/last at step cart\nEnded +2026-03-01 11:58:00 UTC \(2 minutes ago\)/);
    expect(text).not.toMatch(/not before|counts as abandoned/);
  });

  it('does not pass on what a terminal would obey, nor endless texts', () => {
    const items = [{ productId: `\u001b[2Jlamp\r\n${'x'.repeat(500)}`, quantity: 1, price: 1 }];
    const text = journeyText({ view: { ...shopping, cart: { ...cart, items } }, endedAt: null }, now);
    expect(text).toContain('1 × [2Jlampxxx');
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(160);
  });

  it('with a huge cart stays a page', () => {
    const items = Array.from({ length: 200 }, (_, index) => ({
      productId: `p-${index}`,
      quantity: 1,
      price: 1,
    }));
    const text = journeyText({ view: { ...shopping, cart: { ...cart, items } }, endedAt: null }, now);
    expect(text).toContain('and 180 more products');
  });
});

describe('the list', () => {
  const journeys = [
    {
      journeyId,
      funnelStep: 'checkout',
      cartValue: 1249.5,
      segment: 'at risk',
      lastSeen: '2026-03-01T11:57:00.000Z',
    },
    { journeyId, funnelStep: 'cart', cartValue: 0, segment: null, lastSeen: null },
  ];

  it('is a table, with cart values that line up', () => {
    expect(journeyTable({ journeys, total: 2 }).split('\n')).toEqual([
      'pseudonym                            step      cart value  segment  last seen',
      `${journeyId}  checkout     1249.50  at risk  2026-03-01 11:57:00 UTC`,
      `${journeyId}  cart               –  –        –`,
    ]);
  });

  it('says when there are more than it shows', () => {
    expect(journeyTable({ journeys, total: 1_234 })).toMatch(/\n2 of 1234 are shown: .*--limit\.$/);
  });

  it('says when there is none', () => {
    expect(journeyTable({ journeys: [], total: 0 })).toBe('No running journey is like this.');
  });
});
