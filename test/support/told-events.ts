import fc from 'fast-check';

import type { ToldEvent } from './reference-journey.ts';
import { hour, minute } from './letters.ts';
import type { Fate } from './journey-player.ts';

export const beginning = Date.UTC(2026, 0, 1);

const item = fc.record({
  productId: fc.constantFrom('p1', 'p2', 'p3'),
  quantity: fc.integer({ min: 1, max: 3 }),
  price: fc.integer({ min: 0, max: 99_999 }).map((cents) => cents / 100),
});
const items = fc.array(item, { minLength: 1, maxLength: 3 });
const distinctItems = fc.uniqueArray(item, {
  minLength: 1,
  maxLength: 3,
  selector: ({ productId }) => productId,
});
const page = fc.constantFrom('/home', '/products', '/product/p1', '/cart', '/checkout', '/purchase-complete');
const order = fc.option(fc.constantFrom('o1', 'o2', 'o3'), { nil: undefined });

type Deed = Omit<ToldEvent, 'id' | 'at'>;

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: page.map((shown): Deed => ({ action: 'pageview', page: shown })) },
  { weight: 4, arbitrary: items.map((added): Deed => ({ action: 'add_to_cart', detail: { items: added } })) },
  {
    weight: 2,
    arbitrary: items.map((gone): Deed => ({ action: 'remove_from_cart', detail: { items: gone } })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom('begin_checkout' as const, 'add_payment_info' as const),
        fc.option(distinctItems),
      )
      .map(([action, whole]): Deed => (whole ? { action, detail: { items: whole } } : { action })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.integer({ min: 0, max: 99_999 }), order).map(([cents, orderId]): Deed => {
      const value = cents / 100;
      return { action: 'purchase', detail: orderId === undefined ? { value } : { value, orderId } };
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('click' as const, 'view_item' as const, 'refund' as const, 'login' as const)
      .map((action): Deed => ({ action })),
  },
);

/** Most pauses are a reader's; some are at the very edge of a deadline, some are days. */
const pause = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 * minute }) },
  { weight: 3, arbitrary: fc.integer({ min: 5 * minute, max: 40 * minute }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(15, 30)
      .chain((edge) => fc.integer({ min: edge * minute - 1, max: edge * minute + 1 })),
  },
  { weight: 1, arbitrary: fc.integer({ min: hour, max: 30 * hour }) },
  { weight: 1, arbitrary: fc.integer({ min: 6 * 24 * hour, max: 8 * 24 * hour }) },
);

/** A user's events in their order, no two at the same time. */
export const toldEvents = fc.array(fc.tuple(pause, deed), { minLength: 1, maxLength: 45 }).map((steps) => {
  let at = beginning;
  return steps.map(([wait, what], index): ToldEvent => ({ id: `e${index}`, at: (at += wait), ...what }));
});

const fate: fc.Arbitrary<Fate> = fc.record({
  partition: fc.constantFrom(0, 1, 2),
  endsLetter: fc.boolean(),
  delayMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5 * minute })),
  isRetried: fc.integer({ min: 0, max: 5 }).map((roll) => roll === 0),
  redelivers: fc.option(fc.integer({ min: 0, max: 6 }), { freq: 2 }),
  continuesAsNew: fc.boolean(),
  shuffle: fc.constantFrom('log', 'partitions', 'partitions reversed'),
});

export const fates = fc.array(fate, { minLength: 1, maxLength: 45, size: 'max' });

export const cooldowns = fc.constantFrom(2 * hour, 24 * hour);

/** Quiet hours of any length, some across midnight; often none. */
export const quietTimes = fc.option(
  fc
    .record({ from: fc.integer({ min: 0, max: 1439 }), to: fc.integer({ min: 0, max: 1439 }) })
    .filter(({ from, to }) => from !== to),
  { freq: 3 },
);

/** How long the clock goes on after the last event. */
export const afterwards = fc.oneof(
  fc.constantFrom(0, 15 * minute, 30 * minute),
  fc.integer({ min: 0, max: 2 * hour }),
  fc.integer({ min: 0, max: 30 * hour }),
);
