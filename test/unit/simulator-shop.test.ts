// The simulated shop is repeatable, follows the contract's raw events, and holds its rate and its share of visitors.
import { isbot } from 'isbot';
import { describe, expect, it } from 'vitest';

import { isActionName } from '../../events/actions.ts';
import { rawEventSchema } from '../../events/raw-event.ts';
import { parseTimestamp } from '../../events/timestamp.ts';
import { closeAfter } from '../../simulator/opening-hours.ts';
import { demoProfile, publishedProfile, withThinkTimeScale } from '../../simulator/profile.ts';
import { openShop, type ShopMessage, type ShopOptions } from '../../simulator/shop.ts';

const opensAt = Date.UTC(2026, 0, 5, 9);

function firstMessages(count: number, options: Partial<ShopOptions> = {}): ShopMessage[] {
  const shop = openShop({ seed: 11, ratePerSecond: 200, profile: demoProfile, opensAt, ...options });
  return Array.from({ length: count }, () => shop.next().value);
}

const eventsOf = (messages: readonly ShopMessage[]) =>
  messages.flatMap(({ kind, event }) => (kind === 'event' && event !== null ? [event] : []));

describe('the same seed', () => {
  it('gives the same messages, and another seed others', () => {
    expect(firstMessages(3000)).toEqual(firstMessages(3000));
    const ids = new Set(eventsOf(firstMessages(3000)).map((event) => event.event_id));
    expect(eventsOf(firstMessages(3000, { seed: 12 })).some((event) => ids.has(event.event_id))).toBe(false);
  });

  it('gives the same visits at another opening time, only later', () => {
    const later = firstMessages(500, { opensAt: opensAt + 60_000 });
    const shifted = eventsOf(firstMessages(500)).map((event) => ({
      ...event,
      timestamp: new Date(Date.parse(event.timestamp) + 60_000).toISOString(),
    }));
    expect(eventsOf(later)).toEqual(shifted);
  });
});

describe('a closing time', () => {
  it('ends the messages there, so that a seed and a duration decide how many there are', () => {
    const open = () => openShop({ seed: 11, ratePerSecond: 200, profile: demoProfile, opensAt });
    const messages = [...closeAfter(5000, open())];
    expect(messages).toEqual(firstMessages(messages.length));
    expect(messages.length).toBeGreaterThan(700);
    expect(messages.every(({ atMs }) => atMs < 5000)).toBe(true);
  });
});

describe('the messages', () => {
  const messages = firstMessages(20_000);
  const events = eventsOf(messages);

  it('come in time order, at the rate', () => {
    const times = messages.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    const steady = messages.filter(({ atMs }) => atMs >= 10_000 && atMs < 70_000);
    expect(steady.length / 60).toBeGreaterThan(180);
    expect(steady.length / 60).toBeLessThan(220);
  });

  it('are events of the contract, each with an id of its own and a time that says when it is due', () => {
    expect(new Set(events.map((event) => event.event_id)).size).toBe(events.length);
    for (const { event, value, atMs, key, kind } of messages) {
      if (event === null || kind !== 'event') continue;
      expect(JSON.parse(value)).toEqual(event);
      expect(rawEventSchema.safeParse(event).error).toBeUndefined();
      expect(isActionName(event.action)).toBe(true);
      expect(event.page).toMatch(/^\/[a-z0-9/-]+$/);
      expect(parseTimestamp(event.timestamp)).toBe(opensAt + atMs);
      expect(key).toBe(event.user_id ?? event.session_id);
      if (event.action === 'purchase')
        expect(event).toMatchObject({ order_id: expect.any(String) as string, currency: 'EUR' });
    }
  });

  it('come in one of five from somebody without a user id', () => {
    const share = events.filter((event) => event.user_id === null).length / events.length;
    expect(share).toBeGreaterThan(0.17);
    expect(share).toBeLessThan(0.23);
  });

  it('come in part from robots, who say so, have no user id and buy nothing', () => {
    const ofRobots = events.filter(({ user_agent: agent }) => agent !== undefined);
    expect(ofRobots.every(({ user_agent: agent }) => isbot(agent))).toBe(true);
    expect(ofRobots.every(({ user_id: user, action }) => user === null && action === 'pageview')).toBe(true);
    const sessionsOf = (some: typeof events) => new Set(some.map(({ session_id: id }) => id)).size;
    const share = sessionsOf(ofRobots) / sessionsOf(events);
    expect(share).toBeGreaterThan(0.01);
    expect(share).toBeLessThan(0.03);
    // Taken for people, they would leave carts behind.
    expect(ofRobots.some(({ page }) => page === '/cart')).toBe(true);
  });

  it('show some sessions first without and then with a user id, and never the other way round', () => {
    const identified = new Map<string, boolean>();
    let logins = 0;
    for (const event of events) {
      const before = identified.get(event.session_id);
      if (before === true) expect(event.user_id).not.toBeNull();
      if (before === false && event.user_id !== null) logins += 1;
      identified.set(event.session_id, event.user_id !== null);
    }
    expect(logins).toBeGreaterThan(20);
  });

  it('have a few that cannot be used and a few that are sent twice, byte for byte', () => {
    const unusable = messages.filter(({ kind }) => kind === 'unusable');
    const retries = messages.filter(({ kind }) => kind === 'retry');
    expect(unusable.length / events.length).toBeCloseTo(demoProfile.unusableShare, 2);
    expect(retries.length / events.length).toBeCloseTo(demoProfile.retryShare, 2);
    expect(unusable.length).toBeGreaterThan(0);
    const sent = new Set(messages.filter(({ kind }) => kind === 'event').map(({ value }) => value));
    expect(retries.length).toBeGreaterThan(0);
    expect(retries.every(({ value }) => sent.has(value))).toBe(true);
  });
});

interface Visit {
  readonly sessionId: string;
  readonly times: number[];
  readonly actions: string[];
}

/** The visits of each known user, in order. */
function visitsOfUsers(messages: readonly ShopMessage[]): Visit[][] {
  const visits = new Map<string, Visit[]>();
  for (const event of eventsOf(messages)) {
    if (event.user_id === null) continue;
    const ofUser = visits.get(event.user_id) ?? [];
    visits.set(event.user_id, ofUser);
    let latest = ofUser.at(-1);
    if (latest?.sessionId !== event.session_id) {
      latest = { sessionId: event.session_id, times: [], actions: [] };
      ofUser.push(latest);
    }
    latest.times.push(Date.parse(event.timestamp));
    latest.actions.push(event.action);
  }
  return [...visits.values()];
}

describe('known users', () => {
  const users = visitsOfUsers(firstMessages(20_000));
  const returns = users.flatMap((visits) =>
    visits.slice(1).map((visit, index) => ({ before: visits[index] as Visit, visit })),
  );

  it('never have two sessions at once, and stay away for longer than the demo session gap', () => {
    const sessionIds = users.flatMap((visits) => visits.map(({ sessionId }) => sessionId));
    expect(new Set(sessionIds).size).toBe(sessionIds.length);
    const pauses = returns.map(({ before, visit }) => (visit.times[0] ?? 0) - (before.times.at(-1) ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThan(10_000);
  });

  it('are never still for as long as the demo deadlines while they are there', () => {
    const pauses = users
      .flat()
      .flatMap(({ times }) => times.slice(1).map((time, index) => time - (times[index] ?? 0)));
    expect(Math.max(...pauses)).toBeLessThan(6000);
  });

  it('come back for a cart, some of them, and buy it', () => {
    const recovered = returns.filter(
      ({ before, visit }) =>
        before.actions.includes('add_to_cart') &&
        !before.actions.includes('purchase') &&
        !visit.actions.includes('add_to_cart') &&
        visit.actions.includes('purchase'),
    );
    expect(recovered.length).toBeGreaterThan(10);
  });

  it('are no more than asked for', () => {
    const events = eventsOf(firstMessages(5000, { users: 30 }));
    expect(new Set(events.flatMap(({ user_id }) => user_id ?? [])).size).toBeLessThanOrEqual(30);
  });
});

describe('the think time scale', () => {
  it('makes the same rate with shorter visits', () => {
    const scaled = firstMessages(10_000, {
      profile: withThinkTimeScale(publishedProfile, 0.02),
      ratePerSecond: 1000,
    });
    const steady = scaled.filter(({ atMs }) => atMs >= 4000 && atMs < 8000);
    expect(steady.length / 4).toBeGreaterThan(850);
    expect(steady.length / 4).toBeLessThan(1250);
    expect(() => withThinkTimeScale(demoProfile, 0)).toThrow(/above zero/);
  });
});
