// The loads of load test and bench are what they are said to be: equal users at a steady rate of whom a share leaves, and new
// users with sessions of about twenty events; both repeatable, in time order, and events of the contract.
import { describe, expect, it } from 'vitest';

import { rawEventSchema } from '../../events/raw-event.ts';
import { eventsPerSession, newUsers } from '../../simulator/new-users.ts';
import { closeAfter } from '../../simulator/opening-hours.ts';
import type { ShopMessage } from '../../simulator/shop.ts';
import { uniformUsers, type UniformOptions } from '../../simulator/uniform-users.ts';

const opensAt = Date.UTC(2026, 0, 5, 9);

function uniform(durationMs: number, options: Partial<UniformOptions> = {}): ShopMessage[] {
  const load = uniformUsers({ seed: 3, users: 50, ratePerSecond: 500, opensAt, ...options });
  return [...closeAfter(durationMs, load)];
}

const shop = (durationMs: number, seed = 3): ShopMessage[] => [
  ...closeAfter(durationMs, newUsers({ seed, sessionsPerSecond: 10, opensAt })),
];

function byUser(messages: readonly ShopMessage[]): Map<string, ShopMessage[]> {
  const users = new Map<string, ShopMessage[]>();
  for (const message of messages) {
    const key = message.key ?? '';
    const own = users.get(key);
    if (own) own.push(message);
    else users.set(key, [message]);
  }
  return users;
}

const actionsOf = (messages: readonly ShopMessage[]) => messages.map(({ event }) => event?.action);

describe.each([
  ['equal users', (seed?: number) => uniform(6_000, { leavingShare: 0.3, passMs: 4_000, seed: seed ?? 3 })],
  ['new users', (seed?: number) => shop(30_000, seed)],
])('the load of %s', (_name, load) => {
  it('is repeatable, in time order, with ids of its own, and follows the contract', () => {
    const messages = load();
    expect(load()).toEqual(messages);
    expect(load(4)).not.toEqual(messages);
    const times = messages.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(new Set(messages.map(({ event }) => event?.event_id)).size).toBe(messages.length);
    for (const { value, atMs, event } of messages.slice(0, 500)) {
      expect(rawEventSchema.safeParse(JSON.parse(value)).success).toBe(true);
      expect(Date.parse(event?.timestamp ?? '')).toBe(opensAt + atMs);
    }
  });
});

describe('equal users', () => {
  it('keep the rate, whether some leave or not', () => {
    for (const leavingShare of [0, 0.3]) {
      expect(uniform(30_000, { leavingShare, passMs: 20_000 })).toHaveLength(15_000);
    }
  });

  it('all go down the whole funnel when nobody leaves', () => {
    for (const messages of byUser(uniform(30_000, { passMs: 20_000 })).values()) {
      expect(actionsOf(messages)).toContain('purchase');
    }
  });

  it('leave as often as was asked, half with a cart and half with a checkout, silent until the next pass', () => {
    const passMs = 20_000;
    const users = byUser(uniform(passMs, { passMs, leavingShare: 0.4 }));
    const lasts = [...users.values()]
      .filter((messages) => !actionsOf(messages).includes('purchase'))
      .map((messages) => messages.at(-1));
    const leavers = lasts.filter((last) =>
      ['add_to_cart', 'begin_checkout'].includes(last?.event?.action ?? ''),
    );
    expect(leavers).toHaveLength(20);
    const checkouts = leavers.filter((last) => last?.event?.action === 'begin_checkout');
    expect(checkouts).toHaveLength(10);
    // Each is back with the first step of the next pass.
    const all = byUser(uniform(2 * passMs, { passMs, leavingShare: 0.4 }));
    for (const last of leavers) {
      const next = all.get(last?.key ?? '')?.find(({ atMs }) => atMs > (last?.atMs ?? 0));
      expect(next?.event?.page).toBe('/product/p-1');
      expect(next?.atMs).toBeGreaterThanOrEqual(passMs);
    }
  });

  it('are others from another first number on', () => {
    const first = new Set(byUser(uniform(2_000)).keys());
    const others = [...byUser(uniform(2_000, { firstUser: 50 })).keys()];
    expect(others.some((user) => first.has(user))).toBe(false);
  });
});

describe('new users', () => {
  const messages = shop(300_000);
  // The last ones are cut off by closing time.
  const whole = [...byUser(messages).values()].slice(0, 1_500);

  it('come at a steady number of sessions, each of a user of its own', () => {
    const starts = [...byUser(messages).values()].map(([first]) => first?.atMs);
    expect(starts).toEqual(Array.from({ length: 3_000 }, (_, session) => session * 100));
  });

  it('have about twenty events in a minute or two', () => {
    const events = whole.map(({ length }) => length);
    const mean = events.reduce((sum, length) => sum + length, 0) / events.length;
    expect(Math.abs(mean - eventsPerSession)).toBeLessThan(0.5);
    expect(Math.min(...events)).toBeGreaterThanOrEqual(14);
    const lengths = whole.map((session) => (session.at(-1)?.atMs ?? 0) - (session[0]?.atMs ?? 0));
    const meanLength = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    expect(meanLength).toBeGreaterThan(60_000);
    expect(meanLength).toBeLessThan(120_000);
  });

  it('give a steady rate once as many sessions end as begin', () => {
    for (const from of [150_000, 200_000, 250_000]) {
      const inTime = messages.filter(({ atMs }) => atMs >= from && atMs < from + 50_000);
      expect(inTime.length / 50).toBeGreaterThan(0.95 * 10 * eventsPerSession);
      expect(inTime.length / 50).toBeLessThan(1.05 * 10 * eventsPerSession);
    }
  });

  it('fill a cart one time in ten, and mostly leave it', () => {
    const withCart = whole.filter((session) => actionsOf(session).includes('add_to_cart'));
    expect(withCart).toHaveLength(150);
    const bought = withCart.filter((session) => actionsOf(session).includes('purchase'));
    expect(bought.length).toBeGreaterThan(25);
    expect(bought.length).toBeLessThan(65);
  });
});
