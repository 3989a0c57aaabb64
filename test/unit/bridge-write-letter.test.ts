// A letter says of each event what the actor needs, no more, with its place in the log, and names each partition's incarnation.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { asMetadata, incarnationsOf } from '../../bridge/journey/incarnations.ts';
import { toMail, writeLetter } from '../../bridge/journey/write-letter.ts';
import type { Letter, LetterLine } from '../../events/letter.ts';
import { actionNames, actionOf } from '../../events/actions.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { Visitors } from '../../bridge/journey/visitors.ts';
import { shopEvent } from '../support/shop-event.ts';

const position = { partition: 2, offset: 17, appendedAt: 1_700_000_000_500 };
const items = [{ productId: 'sku-1', quantity: 2, price: 9.95 }];
const detail = { items, value: 19.9, currency: 'EUR', orderId: 'o-1' };
const time = 1_700_000_000_000;
const mailOf = (event: ShopEvent, at: Parameters<typeof toMail>[1], isNews: boolean) =>
  toMail(event, at, isNews, new Visitors(true, 0).route(event, at.appendedAt));
const letterOf = (...args: Parameters<typeof writeLetter>) => JSON.parse(writeLetter(...args).json) as Letter;
const lineOf = (event: Parameters<typeof shopEvent>[0]) =>
  JSON.parse(mailOf(shopEvent(event), position, false).line) as LetterLine;

describe('a line', () => {
  it('of a click is only its place, time, id and kind', () => {
    expect(lineOf({ action: 'click', page: '/cart', ...detail })).toEqual([2, 17, time, 'e1', 'click']);
  });

  it('of a page view has the page', () => {
    expect(lineOf({ action: 'pageview', page: '/home' })).toEqual([2, 17, time, 'e1', 'pageview', '/home']);
  });

  it('of a page that touches the cart has what the event says of the cart', () => {
    const page = '/purchase-complete?utm_source=x';
    const line = lineOf({ action: 'pageview', page, ...detail });
    expect(line).toEqual([2, 17, time, 'e1', 'pageview', page, detail]);
    expect(lineOf({ action: 'pageview', page: '/product/1', ...detail })).toHaveLength(6);
  });

  it.each(actionNames.filter((name) => name !== 'pageview'))(
    'of %s has details only if it touches a cart',
    (action) => {
      const line = lineOf({ action, page: null, ...detail });
      if (actionOf(action).cart(null) === null) expect(line).toHaveLength(5);
      else expect(line).toEqual([2, 17, time, 'e1', action, null, detail]);
      expect(lineOf({ action, page: null })).toHaveLength(5);
    },
  );

  it('keeps a value of zero', () => {
    expect(lineOf({ action: 'purchase', value: 0 })[6]).toEqual({ value: 0 });
  });

  it('is never sized smaller than a third of what it is on the wire', () => {
    const texts = fc.string({ maxLength: 200 });
    fc.assert(
      fc.property(
        texts,
        texts,
        texts,
        fc.constantFrom(...actionNames),
        (eventId, page, productId, action) => {
          const event = shopEvent({
            eventId,
            page,
            action,
            items: [{ productId, quantity: 1, price: 1 }],
            value: 1,
          });
          const mail = mailOf(event, position, true);
          expect(mail.bytes * 3).toBeGreaterThanOrEqual(Buffer.byteLength(mail.line));
          expect(mail).toMatchObject({ ...position, journeyId: 'u1_a', urgent: true });
        },
      ),
    );
  });
});

describe('a letter', () => {
  it('names the incarnation of each of its partitions, and the latest broker time', () => {
    const mail = [
      mailOf(shopEvent({ eventId: 'a' }), { partition: 0, offset: 5, appendedAt: 30 }, false),
      mailOf(shopEvent({ eventId: 'b' }), { partition: 2, offset: 1, appendedAt: 90 }, true),
      mailOf(shopEvent({ eventId: 'c' }), { partition: 0, offset: 6, appendedAt: 60 }, false),
    ];
    const incarnations = new Map([0, 1, 2].map((partition) => [partition, `i${partition}`]));
    expect(letterOf({ journeyId: 'u1_a', urgent: true, mail }, incarnations)).toEqual({
      incarnations: { 0: 'i0', 2: 'i2' },
      appendedUpTo: 90,
      lines: [
        [0, 5, time, 'a', 'click'],
        [2, 1, time, 'b', 'click'],
        [0, 6, time, 'c', 'click'],
      ],
    });
  });
});

describe('an incarnation', () => {
  const start = (metadata: string) => ({ next: 0, committed: metadata !== '', metadata });

  it('is kept as long as the group’s offsets are, and is a new one when they are gone', () => {
    const first = incarnationsOf(
      new Map([
        [0, start('')],
        [1, start('')],
      ]),
    );
    expect(new Set(first.values()).size).toBe(2);
    const kept = [...first].map(([partition, name]) => [partition, start(asMetadata(name))] as const);
    expect(incarnationsOf(new Map(kept))).toEqual(first);
    const again = incarnationsOf(
      new Map([
        [0, start('')],
        [1, start('')],
      ]),
    );
    for (const [partition, name] of again) expect(name).not.toBe(first.get(partition));
  });

  it('is new where another program has committed, or a name is missing', () => {
    for (const metadata of ['consumer-1', asMetadata('')]) {
      const name = incarnationsOf(new Map([[0, start(metadata)]])).get(0);
      expect(name).toMatch(/^[\w-]{8,}$/);
    }
  });
});
