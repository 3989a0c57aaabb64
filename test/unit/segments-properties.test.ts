// However a shopper's events are cut into letters, sent and delivered again, or carried over by continue-as-new, they end in
// the same segment since the same instant; what was told is a chain without gaps that ends there, a link a letter at most.
import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { Letter } from '../../events/letter.ts';
import { segments } from '../../events/segment.ts';
import { segmentIdOf } from '../../activities/segment-message.ts';
import { JourneyPlayer, type Fate } from '../support/journey-player.ts';
import { minute, rules } from '../support/letters.ts';
import type { ToldEvent } from '../support/reference-journey.ts';
import { afterwards, beginning, fates, toldEvents } from '../support/told-events.ts';

/** Counts what each letter tells. */
class CountingPlayer extends JourneyPlayer {
  readonly toldByLetter: number[] = [];

  override deliver(letter: Letter, now: number): void {
    const before = this.rows('segments').length;
    super.deliver(letter, now);
    this.toldByLetter.push(this.rows('segments').length - before);
  }
}

const plain: Fate = {
  partition: 0,
  endsLetter: true,
  delayMs: 0,
  isRetried: false,
  redelivers: null,
  continuesAsNew: false,
  shuffle: 'log',
};

const lamp = { productId: 'p1', quantity: 1, price: 20 };
const wandering: fc.Arbitrary<Omit<ToldEvent, 'id' | 'at'>> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .constantFrom('/product/p1', '/product/p2', '/cart', '/checkout', '/home')
      .map((page) => ({ action: 'pageview' as const, page })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('add_to_cart' as const, 'remove_from_cart' as const)
      .map((action) => ({ action, detail: { items: [lamp] } })),
  },
);
/** A shopper who cannot decide, within a session. */
const waverings = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 2 * minute }), wandering), { minLength: 5, maxLength: 30 })
  .map((steps) => {
    let at = beginning;
    return steps.map(([wait, what], index): ToldEvent => ({ id: `e${index}`, at: (at += wait), ...what }));
  });
const shoppers = fc.oneof(toldEvents, waverings);

function played(events: readonly ToldEvent[], plan: readonly Fate[], after: number): CountingPlayer {
  const player = new CountingPlayer(events, rules);
  player.play(plan, (events.at(-1)?.at ?? 0) + after + 5 * minute);
  return player;
}

it('the same events end in the same segment since the same instant', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(shoppers, fates, afterwards, (events, plan, after) => {
      const { segment, since } = played(events, [plain], after).journey.state.segment;
      expect(played(events, plan, after).journey.state.segment).toMatchObject({ segment, since });
      seen.add(segment);
    }),
    { numRuns: 600 },
  );
  // Or it would protect less than it says.
  expect([...seen].sort()).toEqual([...segments].sort());
});

it('what is told is a chain that ends in the segment, a link a letter at most', () => {
  fc.assert(
    fc.property(shoppers, fates, afterwards, (events, plan, after) => {
      const player = played(events, plan, after);
      const told = player.rows('segments');
      told.forEach((change, index) => {
        const before = told[index - 1];
        expect(change.previous).toBe(before?.segment ?? 'new');
        expect(change.segment).not.toBe(change.previous);
        expect(change.since).toBeGreaterThanOrEqual(before?.since ?? 0);
        expect(change.because).not.toMatch(/undefined|NaN|null/);
      });
      const ids = told.map((change) => segmentIdOf('u1_player', change));
      expect(new Set(ids).size).toBe(ids.length);
      expect(Math.max(...player.toldByLetter)).toBeLessThanOrEqual(1);
      const { segment } = player.journey.state.segment;
      const last = told.at(-1)?.segment ?? 'new';
      expect(segment === last || (last === 'new' && segment === 'returning')).toBe(true);
      // Nothing is written only to say that somebody new came back.
      for (const { segments: changes, ...others } of player.written) {
        const isAlone = Object.values(others).every((rows: readonly unknown[]) => rows.length === 0);
        const cameBack = changes.some(
          (change) => change.previous === 'new' && change.segment === 'returning',
        );
        expect(isAlone && cameBack).toBe(false);
      }
    }),
    { numRuns: 600 },
  );
});
