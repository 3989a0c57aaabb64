// Nothing personal passes the door: no raw user id, session id, network or mail address is in the canonical event.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cleanPage, cleanReferrer } from '../../bridge/parse/clean-location.ts';
import { eventOf, rawPageView } from '../support/parsing.ts';

const id = fc.stringMatching(/^[A-Za-z0-9_.:@-]{7,40}$/).map((text) => `Q${text}`);
const address = fc.oneof(fc.ipV4(), fc.ipV6()).filter((text) => text.length >= 8);
const utm = (text: string) => `utm_source=news&utm_content=${encodeURIComponent(text)}`;

describe('raw ids', () => {
  it('are nowhere in the event, wherever a producer repeats them', () => {
    fc.assert(
      fc.property(id, id, address, (user_id, session_id, ip_address) => {
        const places = (text: string): object => ({
          page: `/account/${text}/orders?token=${text}&utm_source=x#${text}`,
          referrer: `https://shop.example/u/${text}?session=${text}&${utm(text)}`,
          click_target: `#order-${text}`,
          context: { [text]: 1, deep: [{ uid: text, ip: text, client: { ip_address: text } }] },
        });
        for (const raw of [user_id, session_id, ip_address]) {
          const event = eventOf({ ...rawPageView, ...places(raw), user_id, session_id, ip_address });
          const written = JSON.stringify(event);
          expect(written).not.toContain(raw);
          expect(written).not.toContain(encodeURIComponent(raw));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are hidden as numbers too', () => {
    const event = eventOf({ ...rawPageView, user_id: '1234567890', crm: { id: 1_234_567_890, other: 12 } });
    expect(event.properties).toEqual({ crm: { id: ':masked', other: 12 } });
  });

  it('that are words of the shop hide no page', () => {
    const event = eventOf({ ...rawPageView, user_id: 'checkout', page: '/checkout/payment' });
    expect(event.page).toBe('/checkout/payment');
  });
});

describe('personal fields', () => {
  it.each([
    'ip',
    'ip_address',
    'ipAddress',
    'IP-Address',
    'email',
    'Email',
    'phone',
    'first_name',
    'lastName',
    'password',
  ])('%s is dropped at every level', (name) => {
    const { properties } = eventOf({
      ...rawPageView,
      [name]: 'x',
      a: { [name]: 'x', b: [{ [name]: 'x', c: 1 }] },
    });
    expect(properties).toEqual({ a: { b: [{ c: 1 }] } });
  });

  it('mail addresses in other fields are masked', () => {
    const { properties } = eventOf({
      ...rawPageView,
      click_target: 'mailto:bob.smith@example.org',
      note: 'write to bob@example.org, or call',
      link: '/unsubscribe?who=bob%40example.org&x=1',
    });
    expect(JSON.stringify(properties)).not.toMatch(/bob|example\.org/);
    expect(properties).toMatchObject({ note: 'write to :masked, or call' });
  });
});

describe('a page', () => {
  it.each([
    ['/home', '/home'],
    ['/cart?coupon=SECRET', '/cart'],
    ['/cart?coupon=SECRET#bob', '/cart'],
    ['/product/5?utm_source=x&q=secret&utm_campaign=y', '/product/5?utm_source=x&utm_campaign=y'],
    ['https://shop.example/product/5?email=a@b.c', '/product/5'],
    ['https://bob:pw@shop.example/product/5', '/product/5'],
    ['/reset/bob@example.org/now', '/reset/:masked/now'],
    ['/reset/bob%40example.org', '/reset/:masked'],
    ['/a?utm_source=bob@example.org&utm_medium=mail', '/a?utm_medium=mail'],
    ['/a?utm_source=bob%40example.org', '/a'],
    ['/a?UTM_Source=x', '/a?UTM_Source=x'],
    ['/a?xutm_source=x&utm_=y&utm_source', '/a?utm_source='],
    ['http://[broken?secret=1', 'http://[broken'],
  ])('%s becomes %s', (page, cleaned) => {
    expect(cleanPage(page)).toBe(cleaned);
  });

  it('holds no query but UTM parameters, whatever it was', () => {
    const page = fc.oneof(
      fc.string(),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.webPath(),
    );
    fc.assert(
      fc.property(page, (text) => {
        for (const clean of [cleanPage(text), cleanReferrer(text)]) {
          const [, query = ''] = clean.split('?', 2);
          expect(clean).not.toContain('@');
          for (const name of new URLSearchParams(query).keys()) expect(name).toMatch(/^utm_/i);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('costs little, however it is made', () => {
    const startedAt = performance.now();
    for (let round = 0; round < 200; round += 1) cleanPage(`/${'a'.repeat(2000)}/@`);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe('a referrer', () => {
  it.each([
    ['/products?q=secret', '/products'],
    ['https://www.google.com/search?q=my+illness', 'https://www.google.com/search'],
    ['https://news.example/a?utm_source=n&id=7', 'https://news.example/a?utm_source=n'],
    ['https://bob:pw@host.example:8443/x#y', 'https://host.example:8443/x'],
    ['android-app://com.google.android.gm/', 'android-app://com.google.android.gm/'],
    ['https://mail.example/u/bob@example.org/inbox', 'https://mail.example/u/:masked/inbox'],
  ])('%s becomes %s', (referrer, cleaned) => {
    expect(cleanReferrer(referrer)).toBe(cleaned);
  });
});
