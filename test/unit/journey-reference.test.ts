/**
 * Protects: whatever a user does, and however its events are cut into letters, delivered again, sent again by the
 * producer or carried over by continue-as-new, the journey says what the words of the design say, and stays small.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { createQuietUntil } from '../../activities/quiet-until.ts';
import { holds } from '../support/kept-failures.ts';
import { rules } from '../support/letters.ts';
import { alertName, JourneyPlayer, type Fate } from '../support/journey-player.ts';
import { referenceJourney, type QuietTime, type ToldEvent } from '../support/reference-journey.ts';
import { afterwards, cooldowns, fates, quietTimes, toldEvents } from '../support/told-events.ts';
import { describeJourney } from '../../workflows/journey/describe.ts';
import { viewOf } from '../../workflows/journey/view.ts';

const runs = 600;

function played(
  events: readonly ToldEvent[],
  plan: readonly Fate[],
  after: number,
  quiet: QuietTime | null,
  of = rules,
) {
  const hours = quiet && { startMinute: quiet.from, endMinute: quiet.to };
  const player = new JourneyPlayer(events, of, createQuietUntil(hours, 'UTC'));
  const last = events.at(-1)?.at ?? 0;
  // The stream must have been silent for a while as well; what is awaited may be asked about that much later.
  const until = last + after;
  // Half of the records only know that there are events; the letters bring them.
  player.play(plan, until + 5 * 60_000, plan.length % 2 === 0);
  return { player, until: until + 5 * 60_000 };
}

it('says what the reference says', () => {
  holds(
    'says what the reference says',
    fc.property(
      toldEvents,
      fates,
      afterwards,
      quietTimes,
      cooldowns,
      (events, plan, after, quiet, cooldown) => {
        const ruled = { ...rules, alertCooldownMs: cooldown };
        const { player, until } = played(events, plan, after, quiet, ruled);
        const expected = referenceJourney(events, until, ruled, quiet);
        const { state } = player.journey;
        const carts = player.kept(player.rows('carts'), ({ cartId }) => cartId);
        const purchases = player.kept(player.rows('purchases'), ({ purchaseId }) => purchaseId);
        expect({
          sessions: state.sessions,
          steps: player.rows('steps').map(({ step, reachedAt, sessionStartedAt }) => ({
            step,
            reachedAt,
            sessionStartedAt,
          })),
          carts: carts.map(({ cartId, status, stage, items, value, closedAt }) => ({
            cartId,
            status,
            stage,
            items,
            value,
            closedAt,
          })),
          purchases: purchases.map(({ purchaseId, purchasedAt, cartId, value }) => ({
            purchaseId,
            purchasedAt,
            cartId,
            value,
          })),
          abandonments: player.keptAbandonments().map(({ cartId, kind, abandonedAt, suppressed, alert }) => ({
            cartId,
            kind,
            abandonedAt,
            suppressed,
            alert,
          })),
          recoveries: player.rows('recoveries'),
          alerts: player.rows('alerts').map(alertName),
        }).toEqual(expected);
        const cents = expected.purchases.reduce((sum, { value }) => sum + Math.round((value ?? 0) * 100), 0);
        expect(Math.round(state.purchasedValue * 100)).toBe(cents);
        expect(state.purchasedValue).toBe(cents / 100);
        expect(state.counts.events).toBe(events.length);
        expect(state.counts.late).toBe(0);
      },
    ),
    runs,
  );
});

it('keeps its state and its summary small and readable, whatever happens', () => {
  holds(
    'keeps its state small',
    fc.property(toldEvents, fates, afterwards, quietTimes, (events, plan, after, quiet) => {
      const { player } = played(events, plan, after, quiet);
      const { state } = player.journey;
      expect(state.recentEventIds.length).toBeLessThanOrEqual(64);
      expect(state.recentOrderIds.length).toBeLessThanOrEqual(16);
      expect(Math.max(...player.stateSizes)).toBeLessThan(100_000);
      const text = describeJourney(viewOf(player.journey, rules));
      expect(text).not.toMatch(/undefined|NaN|null|Invalid|\[object/);
    }),
    150,
  );
});
