// Every raw event that the contract promises to take is taken as it is, and says the same in its canonical form.
import { describe, expect, it } from 'vitest';

import { actionNames } from '../../events/actions.ts';
import {
  appendedAt,
  clockSkewLimitMs,
  eventOf,
  parseText,
  pseudonyms,
  rawPageView,
} from '../support/parsing.ts';

const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(rawPageView).filter(([name]) => !names.includes(name)));

describe('a whole event', () => {
  it('keeps what it says, under pseudonyms', () => {
    expect(eventOf(rawPageView)).toEqual({
      eventId: 'evt-0001',
      time: Date.UTC(2026, 4, 17, 11, 59, 58, 250),
      timeClamped: false,
      journeyId: pseudonyms.ofUser('user_000042'),
      userId: pseudonyms.ofUser('user_000042'),
      sessionId: pseudonyms.ofSession('sess-7f3a9c21'),
      action: 'pageview',
      page: '/product/1234',
      referrer: '/products',
      device: { type: 'mobile', browser: 'Firefox', os: 'Android' },
      loadTimeSeconds: 0.82,
      items: [],
      value: null,
      currency: null,
      orderId: null,
      properties: {},
      bot: false,
    });
  });

  it('is a visitor’s without a user id, and the session names the journey', () => {
    for (const raw of [{ ...rawPageView, user_id: null }, without('user_id')]) {
      const event = eventOf(raw);
      expect(event.userId).toBeNull();
      expect(event.journeyId).toBe(pseudonyms.ofSession('sess-7f3a9c21'));
    }
  });

  it.each(['session_id', 'device', 'referrer', 'load_time', 'ip_address'])(
    'may lack %s, or have null',
    (name) => {
      expect(eventOf(without(name)).eventId).toBe('evt-0001');
      expect(eventOf({ ...rawPageView, [name]: null }).eventId).toBe('evt-0001');
    },
  );

  it('may know its device in part', () => {
    expect(eventOf({ ...rawPageView, device: { type: 'tablet', os: null } }).device).toEqual({
      type: 'tablet',
      browser: null,
      os: null,
    });
  });

  it('keeps other fields as properties, and drops them beyond the size limit', () => {
    const more = { click_target: '#buy', scroll_depth: 75, nested: { list: [1, 'two', null] } };
    expect(eventOf({ ...rawPageView, ...more }).properties).toEqual(more);
    const { properties } = eventOf({ ...rawPageView, blob: 'x'.repeat(20_000) });
    expect(Object.keys(properties)).toEqual(['dropped_bytes']);
  });
});

describe('the action', () => {
  it.each(actionNames)('%s is known under both of its names', (name) => {
    expect(eventOf({ ...rawPageView, action: name }).action).toBe(name);
    expect(eventOf({ ...without('action'), event_type: name }).action).toBe(name);
    expect(eventOf({ ...rawPageView, action: null, event_type: name }).action).toBe(name);
  });

  it('is a purchase where only an amount is given', () => {
    const bare = {
      event_id: 'p-1',
      user_id: 'user_000042',
      product_id: 'sku-9',
      purchase_amount: 59.9,
      timestamp: '2026-05-17T11:00:00Z',
    };
    const expected = {
      action: 'purchase',
      value: 59.9,
      sessionId: null,
      page: null,
      items: [{ productId: 'sku-9', quantity: 1, price: 59.9 }],
    };
    expect(eventOf(bare)).toMatchObject(expected);
    expect(eventOf({ ...bare, product_id: 9, purchase_amount: 0 })).toMatchObject({
      value: 0,
      items: [{ productId: '9', quantity: 1, price: 0 }],
    });
  });
});

describe('a time', () => {
  const noon = Date.UTC(2026, 4, 17, 10);
  it.each([
    ['2026-05-17T10:00:00Z', noon],
    ['2026-05-17T10:00:00', noon],
    ['2026-05-17T12:00:00+02:00', noon],
    ['2026-05-17T04:30:00-0530', noon],
    ['2026-05-17T10:00:00.123456', noon + 123],
    ['2026-05-17T10:00:00.123456+00:00', noon + 123],
    ['2026-05-17 10:00:00.5', noon + 500],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000],
    ['1970-01-01T00:00:00Z', 0],
  ])('%s is taken as it is', (timestamp, time) => {
    expect(eventOf({ ...rawPageView, timestamp })).toMatchObject({ time, timeClamped: false });
  });

  it('far in the future is clamped to the broker’s, and marked', () => {
    for (const timestamp of ['2999-01-01T00:00:00Z', '9999-12-31T23:59:59-18:00'])
      expect(eventOf({ ...rawPageView, timestamp })).toMatchObject({ time: appendedAt, timeClamped: true });
    const atLimit = appendedAt + clockSkewLimitMs;
    const within = { ...rawPageView, timestamp: new Date(atLimit).toISOString() };
    expect(eventOf(within)).toMatchObject({ time: atLimit, timeClamped: false });
    const beyond = { ...rawPageView, timestamp: new Date(atLimit + 1).toISOString() };
    expect(eventOf(beyond)).toMatchObject({ time: appendedAt, timeClamped: true });
  });
});

describe('a commerce event', () => {
  const base = { ...rawPageView, action: 'purchase', order_id: 'o-1', currency: 'EUR' };
  const items = [
    { product_id: 'a', quantity: 3, price: 19.99 },
    { product_id: 7, price: 0.1 },
  ];

  it('keeps items, value, currency and order', () => {
    expect(eventOf({ ...base, items, value: 55 })).toMatchObject({
      items: [
        { productId: 'a', quantity: 3, price: 19.99 },
        { productId: '7', quantity: 1, price: 0.1 },
      ],
      value: 55,
      currency: 'EUR',
      orderId: 'o-1',
    });
  });

  it('is worth its items, to the cent, where a purchase states no value', () => {
    expect(eventOf({ ...base, items }).value).toBe(60.07);
    expect(eventOf({ ...base, items: [...items, { product_id: 'free?' }] }).value).toBeNull();
  });

  it('takes a price as the price of one, also from an amount paid for several', () => {
    const several = { ...base, product_id: 'a', quantity: 4, purchase_amount: 10 };
    expect(eventOf(several)).toMatchObject({
      value: 10,
      items: [{ productId: 'a', quantity: 4, price: 2.5 }],
    });
  });

  it('never is worth more than the record’s columns hold', () => {
    const most = { product_id: 'a', quantity: 1_000_000, price: 100_000_000_000 };
    expect(eventOf({ ...base, items: Array.from({ length: 500 }, () => most) }).value).toBeNull();
  });
});

describe('odd text', () => {
  it('loses NUL and halves of surrogate pairs, which PostgreSQL cannot hold, wherever they are', () => {
    const text = String.raw`{"event_id":"e\u0000-1","timestamp":"2026-05-17T10:00:00Z","user_id":"user_000042",
      "action":"click","note\u0000":{"deep":["\ud83d","ok \ud83d\ude00"]},"device":{"type":"a\udc00b"}}`;
    const parsed = parseText(text);
    if (!parsed.usable) throw new Error(parsed.reason);
    expect(parsed.event).toMatchObject({
      eventId: 'e-1',
      device: { type: 'a\ufffdb' },
      properties: { note: { deep: ['\ufffd', 'ok 😀'] } },
    });
    expect(JSON.stringify(parsed.event)).not.toMatch(/\\u0000|\\ud[89a-f]/i);
  });

  it('keeps the path of a page as it was written', () => {
    for (const page of ['/category/été & hiver', '/product/a%20b', '/a//b/', '/product/..', '/home'])
      expect(eventOf({ ...rawPageView, page }).page).toBe(page);
  });
});
