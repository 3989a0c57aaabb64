// Each segment is entered and left when its words say so, stays while nothing of weight happens, and is told once a letter
// at most; that somebody new came back is never a reason to write.
import { describe, expect, it } from 'vitest';

import type { SegmentRow } from '../../events/segment.ts';
import { describeJourney } from '../../workflows/journey/describe.ts';
import * as thresholds from '../../workflows/journey/segments.ts';
import { viewOf } from '../../workflows/journey/view.ts';
import { JourneyPlayer } from '../support/journey-player.ts';
import { add, buy, hour, LetterWriter, minute, rules, view, type WrittenEvent } from '../support/letters.ts';

const start = Date.UTC(2026, 3, 1, 9);
const day = 24 * hour;

/** A shopper whose every event is a letter of its own, a minute after the one before, unless said otherwise. */
function shopper() {
  const player = new JourneyPlayer([], rules);
  const writer = new LetterWriter();
  let now = start;
  const told = () => player.rows('segments').map(({ segment }) => segment);
  return {
    player,
    told,
    changes: (): SegmentRow[] => player.rows('segments'),
    get now() {
      return now;
    },
    segment: () => viewOf(player.journey, rules).segment.name,
    because: () => viewOf(player.journey, rules).segment.because,
    wait: (duration: number) => {
      now += duration;
      player.clockTo(now);
    },
    does(...deeds: ((at: number) => WrittenEvent)[]) {
      for (const deed of deeds) {
        now += minute;
        player.deliver(writer.letter(deed(now)), now);
      }
    },
    inOneLetter(...deeds: ((at: number) => WrittenEvent)[]) {
      const events = deeds.map((deed) => deed((now += minute)));
      player.deliver(writer.letter(...events), now);
    },
  };
}

const sees = (page: string) => (at: number) => view(at, page);
const adds =
  (price = 10, product = 'p1') =>
  (at: number) =>
    add(at, product, price);
const removes =
  (product = 'p1') =>
  (at: number): WrittenEvent => ({
    at,
    action: 'remove_from_cart',
    detail: { items: [{ productId: product, quantity: 1, price: null }] },
  });
const buys =
  (value = 10) =>
  (at: number) =>
    buy(at, value);
const product = (id = 'p1') => sees(`/product/${id}`);
const goesOn = (at: number): WrittenEvent => ({ at, action: 'add_payment_info' });

describe('new and returning', () => {
  it('a shopper begins as new, and nothing is told of it', () => {
    const one = shopper();
    one.does(sees('/home'), product('p1'), adds());
    expect([one.segment(), one.told()]).toEqual(['new', []]);
    expect(viewOf(one.player.journey, rules).segment).toMatchObject({ since: null, told: 'new' });
  });

  it('that somebody came back is told with the next rows that are written, as of when it was', () => {
    const one = shopper();
    one.does(sees('/home'));
    one.wait(hour);
    one.does(sees('/home'), sees('/products'));
    const cameBack = one.now - minute;
    expect([one.segment(), one.told(), one.player.written]).toEqual(['returning', [], []]);
    one.does(adds());
    expect(one.changes()).toEqual([
      {
        ...{ segment: 'returning', previous: 'new', since: cameBack, because: 'came back, for session 2' },
        ...{ step: 'cart', cartValue: 10, currency: 'EUR', sessions: 2 },
        ...{ purchases: 0, purchasedValue: 0, abandonments: 0 },
      },
    ]);
    expect(one.player.written).toHaveLength(1);
  });
});

describe('high intent', () => {
  it('is to look at the cart with something in it, until the cart ends', () => {
    const one = shopper();
    one.does(sees('/cart'), adds(), sees('/home'));
    expect(one.told()).toEqual([]);
    one.does(sees('/cart'));
    expect(one.because()).toBe('looked at the cart with something in it');
    one.does(adds(5, 'p2'), sees('/home'), buys());
    expect(one.told()).toEqual(['high intent', 'new']);
  });

  it('ends with an emptied cart', () => {
    const one = shopper();
    one.does(adds(), sees('/cart'), removes());
    expect(one.told()).toEqual(['high intent', 'new']);
  });

  it('is to be in the checkout', () => {
    const one = shopper();
    one.does(sees('/checkout'), goesOn);
    expect([one.told(), one.because()]).toEqual([['high intent'], 'in the checkout']);
  });

  it('is to look at one product again and again, in one session and before buying', () => {
    const views = Array.from({ length: thresholds.viewsOfIntent }, () => product('p7'));
    const one = shopper();
    one.does(product('p1'), sees('/product'), product('p2'), sees('/product'), sees('/product'), ...views);
    expect([one.told(), one.because()]).toEqual([['high intent'], 'looked at one product 3 times']);
    one.does(sees('/home'), buys());
    expect(one.told()).toEqual(['high intent', 'new']);

    const other = shopper();
    other.does(...views.slice(1));
    other.wait(hour);
    other.does(...views.slice(1));
    expect(other.told()).toEqual(['returning']);
    other.does(product('p7'));
    other.wait(hour);
    other.does(sees('/home'));
    expect(other.told()).toEqual(['returning', 'high intent', 'returning']);
  });
});

describe('hesitating', () => {
  it('is much looking with a cart open, and a step forward ends it', () => {
    const one = shopper();
    one.does(...'abcdefg'.split('').map((id) => product(id)));
    expect(one.segment()).toBe('new');
    one.does(adds(), ...'abcd'.split('').map((id) => product(id)));
    expect(one.segment()).toBe('new');
    one.does(sees('/home'), product('e'));
    const since = one.now;
    expect(one.because()).toBe('since the last step forward: 5 times at products or the cart');
    one.does(...'fghi'.split('').map((id) => product(id)), sees('/home'));
    expect(one.changes()).toMatchObject([{ segment: 'hesitating', since, cartValue: 10 }]);
    one.does(adds(5, 'p2'));
    expect(one.told()).toEqual(['hesitating', 'new']);
  });

  it('is to turn back from the checkout, until it is gone on with', () => {
    const one = shopper();
    one.does(adds(), sees('/checkout'), sees('/home'), sees('/products'), sees('/home'));
    expect(one.told()).toEqual(['high intent']);
    one.does(sees('/cart'), product());
    expect(one.because()).toBe(
      'since the last step forward: 2 times at products or the cart, left the checkout once',
    );
    one.does(sees('/checkout'));
    expect(one.told()).toEqual(['high intent', 'hesitating', 'high intent']);
  });

  it('is to take things out and look on, until the cart ends', () => {
    const one = shopper();
    one.does(adds(1, 'a'), adds(1, 'b'), adds(1, 'c'), removes('a'), removes('b'));
    expect(one.told()).toEqual([]);
    one.does(product('d'));
    expect(one.because()).toBe(
      'since the last step forward: once at products or the cart, took something out 2 times',
    );
    one.does(removes('c'));
    expect(one.told()).toEqual(['hesitating', 'new']);
  });

  it('does not count the look that opened the cart', () => {
    const one = shopper();
    one.does(sees('/cart'), product('a'), product('b'), product('c'), product('d'));
    expect(one.told()).toEqual([]);
    one.does(product('e'));
    expect(one.told()).toEqual(['hesitating']);
  });

  it('is not to begin anew: what was seen before does not count for the next cart', () => {
    const one = shopper();
    one.does(adds(), product('a'), product('b'), product('c'), product('d'), buys(), adds(), product('e'));
    expect(one.told()).toEqual([]);
  });
});

describe('at risk', () => {
  it('is to have abandoned a cart, until something is bought', () => {
    const one = shopper();
    one.does(adds(), sees('/cart'));
    const deadline = one.now + rules.cartAbandonAfterMs;
    one.wait(31 * minute);
    expect(one.changes().at(-1)).toMatchObject({
      ...{ segment: 'at risk', previous: 'high intent', since: deadline, cartValue: null, abandonments: 1 },
      because: 'abandoned a cart and has not bought since',
    });
    one.wait(hour);
    one.does(sees('/home'), product());
    expect(one.segment()).toBe('at risk');
    one.does(buys());
    expect(one.told()).toEqual(['high intent', 'at risk', 'returning']);
  });

  it('ends with the time in which a purchase counts as a recovery', () => {
    const one = shopper();
    one.does(sees('/checkout'));
    one.wait(16 * minute);
    expect(one.because()).toBe('abandoned a checkout and has not bought since');
    one.wait(rules.recoveryWindowMs);
    one.does(sees('/home'));
    expect(one.told()).toEqual(['high intent', 'at risk', 'returning']);
  });

  it('stays longer with whoever abandons again and again', () => {
    const one = shopper();
    one.does(adds());
    one.wait(2 * day);
    one.does(adds());
    one.wait(9 * day);
    one.does(sees('/home'));
    expect(one.because()).toBe('abandoned 2 carts since the last purchase');
    one.does(buys());
    expect(one.told()).toEqual(['at risk', 'returning']);
  });

  it('stands back behind what the shopper does now', () => {
    const one = shopper();
    one.does(adds());
    one.wait(hour);
    one.does(adds(), sees('/cart'));
    expect(one.segment()).toBe('high intent');
  });

  it('is not hidden by what was looked at before', () => {
    const one = shopper();
    one.does(product(), product(), product(), adds());
    one.wait(hour);
    expect(one.told()).toEqual(['high intent', 'at risk']);
  });
});

describe('high value', () => {
  it('is to have bought for a lot, all together', () => {
    const one = shopper();
    one.does(adds(), buys(thresholds.highPurchasedValue - 1), sees('/home'));
    expect(one.told()).toEqual([]);
    one.does(adds(), buys(1));
    expect([one.told(), one.because()]).toEqual([['high value'], 'bought for 500.00 in all']);
    one.does(sees('/checkout'));
    one.wait(hour);
    expect(one.told()).toEqual(['high value', 'high intent', 'at risk']);
  });

  it('is a dear cart; it is left at a lower value than it is entered', () => {
    const one = shopper();
    const under = thresholds.dearCartFrom - 1;
    one.does(adds(under, 'p1'));
    expect(one.told()).toEqual([]);
    one.does(adds(1, 'p2'));
    expect(one.because()).toBe('has a cart worth 200.00');
    one.does(removes('p2'), adds(1, 'p2'), removes('p2'));
    expect(one.told()).toEqual(['high value']);
    one.does(adds(thresholds.dearCartUntil - 1, 'p3'), removes('p1'));
    expect(one.told()).toEqual(['high value', 'new']);
  });
});

describe('a letter', () => {
  it('changes the segment once, however much is in it', () => {
    const one = shopper();
    one.inOneLetter(adds(), sees('/cart'), product('a'), product('b'), product('c'), product('d'));
    expect(one.told()).toEqual(['hesitating']);
  });

  it('that shows a deadline to have passed changes it once, behind the deadline', () => {
    const one = shopper();
    one.inOneLetter(adds(), sees('/cart'), (at) => view(at + hour, '/home'));
    expect(one.changes()).toMatchObject([
      { segment: 'at risk', previous: 'new', since: start + 2 * minute + 30 * minute },
    ]);
  });
});

it('the summary says the segment, since when and why', () => {
  const one = shopper();
  one.does(sees('/checkout'));
  expect(describeJourney(viewOf(one.player.journey, rules))).toContain(
    '**Segment:** high intent, since 2026-04-01 09:01:00 UTC: in the checkout.',
  );
});

it('a journey carried over by a release without segments goes on', () => {
  const one = shopper();
  one.does(sees('/home'));
  delete (one.player.journey.state as { segment?: unknown }).segment;
  one.player.continueAsNew();
  one.does(sees('/checkout'));
  expect(one.told()).toEqual(['high intent']);
});
