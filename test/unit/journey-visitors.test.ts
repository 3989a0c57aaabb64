/**
 * Protects: what a visitor does is the user's once the session shows the user, once and whole, whichever way it comes:
 * by letters, from the record, after restarts of the bridge. Two users of one device are never merged.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { holds } from '../support/kept-failures.ts';
import { rules } from '../support/letters.ts';
import type { Fate } from '../support/journey-player.ts';
import { referenceJourney, type ToldEvent } from '../support/reference-journey.ts';
import { afterwards, fates, toldEvents } from '../support/told-events.ts';
import { VisitPlayer, type VisitEvent } from '../support/visit-player.ts';

const runs = 300;

/** Which events show the user: from the first of them on by chance, and the last for sure. */
const shown = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });

const withoutRestart = (fate: Fate): Fate => ({ ...fate, redelivers: null });

function withUser(events: readonly ToldEvent[], flags: readonly boolean[], firstShown: number): VisitEvent[] {
  return events.map((event, index) => ({
    ...event,
    sessionId: 's1_v',
    userId:
      index === events.length - 1 || (index >= firstShown && flags[index % flags.length] === true)
        ? 'u1_a'
        : null,
  }));
}

function played(events: readonly VisitEvent[], plan: readonly Fate[], after: number) {
  const player = new VisitPlayer(events);
  const until = (events.at(-1)?.at ?? 0) + after + 5 * 60_000;
  player.play(plan, until);
  return { player, until };
}

function latest<Row extends { readonly version: number }>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): Row[] {
  const byKey = new Map<string, Row>();
  for (const row of rows) {
    const present = byKey.get(keyOf(row));
    if (!present || present.version < row.version) byKey.set(keyOf(row), row);
  }
  return [...byKey.values()];
}

it.each([
  // After a restart, events without the user come by another way than those with: their order among each other is lost.
  ['a login, and a bridge that restarts', fc.constant([true]), fates],
  ['events with and without the user, mixed', shown, fates.map((plan) => plan.map(withoutRestart))],
])('the user’s journey is what it would be had all events shown the user: %s', (name, flagged, planned) => {
  holds(
    name,
    fc.property(
      toldEvents,
      flagged,
      fc.nat(30),
      planned,
      afterwards,
      (told, flags, firstShown, plan, after) => {
        const { player, until } = played(withUser(told, flags, firstShown), plan, after);
        const expected = referenceJourney(told, until, rules);
        const user = player.journeys.get('u1_a');
        expect(user?.state.counts.events).toBe(told.length);
        expect(user?.state.sessions).toBe(expected.sessions);
        const carts = latest(player.rows('u1_a', 'carts'), ({ cartId }) => cartId);
        expect(
          carts.map(({ cartId, status, stage, items, value, closedAt }) => ({
            cartId,
            status,
            stage,
            items,
            value,
            closedAt,
          })),
        ).toEqual(expected.carts);
        const purchases = latest(player.rows('u1_a', 'purchases'), ({ purchaseId }) => purchaseId);
        expect(purchases.map(({ purchaseId, cartId, value }) => ({ purchaseId, cartId, value }))).toEqual(
          expected.purchases.map(({ purchaseId, cartId, value }) => ({ purchaseId, cartId, value })),
        );
        const abandonments = player.rows('u1_a', 'abandonments');
        expect(abandonments.map(({ cartId, abandonedAt }) => ({ cartId, abandonedAt }))).toEqual(
          expected.abandonments.map(({ cartId, abandonedAt }) => ({ cartId, abandonedAt })),
        );
        expect(new Set(player.rows('u1_a', 'steps').map(({ eventId }) => eventId)).size).toBe(
          expected.steps.length,
        );
        // Whoever said it: the visitor's journey in its time, or the user's. Never one that nobody would say.
        expect([...player.alerts].sort()).toEqual([...expected.alerts].sort());
        for (const key of ['steps', 'carts', 'purchases', 'abandonments'] as const)
          expect(player.rows('s1_v', key), `the visitor's ${key}`).toEqual([]);
      },
    ),
    runs,
  );
});

it('each event counts once for the user, whatever restarts and however it comes', () => {
  holds(
    'each event counts once for the user, whatever restarts and however it comes',
    fc.property(toldEvents, shown, fc.nat(30), fates, (told, flags, firstShown, plan) => {
      const { player } = played(withUser(told, flags, firstShown), plan, 0);
      expect(player.journeys.get('u1_a')?.state.counts.events).toBe(told.length);
    }),
    runs,
  );
});

/** Sessions one after the other, each of a visitor at first and of its user in the end. */
const whose = fc.array(
  fc.record({ user: fc.constantFrom('u1_a', 'u1_b'), length: fc.integer({ min: 1, max: 8 }) }),
  {
    minLength: 1,
    maxLength: 6,
  },
);

it('several visitors join the user whom their sessions show, each event counted once', () => {
  holds(
    'several visitors join the user whom their sessions show, each event counted once',
    fc.property(toldEvents, whose, fates, (told, sessions, plan) => {
      const events = sessions.flatMap(({ user, length }, session) => {
        const first = sessions.slice(0, session).reduce((sum, before) => sum + before.length, 0);
        const own = told.slice(first, first + length);
        return own.map((event, index): VisitEvent => ({
          ...event,
          sessionId: `s1_${session}`,
          userId: index === own.length - 1 ? user : null,
        }));
      });
      const { player } = played(events, plan, 0);
      for (const user of ['u1_a', 'u1_b']) {
        const sessionsOfUser = new Set(
          events.filter(({ userId }) => userId === user).map(({ sessionId }) => sessionId),
        );
        const theirs = events.filter(({ sessionId }) => sessionsOfUser.has(sessionId));
        expect(player.journeys.get(user)?.state.counts.events ?? 0).toBe(theirs.length);
      }
    }),
    runs,
  );
});

it('a shared device merges nobody: a second user gets nothing of what was done before or without an id', () => {
  holds(
    'a shared device merges nobody: a second user gets nothing of what was done before or without an id',
    fc.property(toldEvents, shown, fc.nat(20), fc.nat(20), fates, (told, flags, beforeFirst, pause, plan) => {
      fc.pre(told.length > 1);
      const firstShown = Math.min(told.length - 2, beforeFirst);
      const secondShown = Math.min(told.length - 1, firstShown + pause + 1);
      const events = told.map((event, index): VisitEvent => {
        const isShown = index === firstShown || index === secondShown || flags[index % flags.length] === true;
        const user = index >= secondShown ? 'u1_b' : index >= firstShown ? 'u1_a' : null;
        return { ...event, sessionId: 's1_v', userId: isShown ? user : null };
      });
      const { player } = played(events, plan, 0);
      const second = events.filter(({ userId }) => userId === 'u1_b');
      expect(player.journeys.get('u1_b')?.state.counts.events ?? 0).toBe(second.length);
      const ids = new Set(second.map(({ id }) => id));
      for (const { cartId } of player.rows('u1_b', 'carts')) expect(ids).toContain(cartId);
      // The first user has at most what came before the second was seen, the visitor the rest.
      const first = player.journeys.get('u1_a')?.state.counts.events ?? 0;
      const visitor = player.journeys.get('s1_v')?.state.counts.events ?? 0;
      const before = events.slice(0, secondShown);
      expect(first).toBeLessThanOrEqual(before.length);
      expect(first + visitor).toBeLessThanOrEqual(events.length - second.length);
    }),
    runs,
  );
});
