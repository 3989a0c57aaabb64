// What looks like trouble in a checkout makes its letter urgent; ordinary checkouts, other pages and endless failures do not.
import { describe, expect, it } from 'vitest';

import { BoundedMemory } from '../../activities/bounded-memory.ts';
import { TroubleSigns } from '../../bridge/journey/trouble-signs.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { minute, troubleRules } from '../support/letters.ts';
import { shopEvent } from '../support/shop-event.ts';

const start = Date.UTC(2026, 0, 1);
const submit = (differences: Partial<ShopEvent> = {}) =>
  shopEvent({ action: 'form_submit', page: '/checkout', time: start, ...differences });
const failed = (time: number, journeyId = 'u1_a') =>
  submit({ time, journeyId, properties: { success: false } });
const load = (loadTimeSeconds: number | null, page = '/checkout') =>
  shopEvent({ action: 'pageview', page, loadTimeSeconds });

const urgentIn = (signs: TroubleSigns, event: ShopEvent) => signs.isUrgent(event, event.journeyId);

describe('urgent', () => {
  it('is a failed form of the checkout at once, one that says nothing from the second on, and never one that passed', () => {
    expect(urgentIn(new TroubleSigns(troubleRules), failed(start))).toBe(true);
    const signs = new TroubleSigns(troubleRules);
    expect([submit(), submit(), submit()].map((event) => urgentIn(signs, event))).toEqual([
      false,
      true,
      true,
    ]);
    expect(urgentIn(signs, submit({ properties: { success: true } }))).toBe(false);
  });

  it('is a checkout page that is slow by the clock, and no other', () => {
    const isUrgent = (event: ShopEvent) => urgentIn(new TroubleSigns(troubleRules), event);
    expect([load(2), load(9, '/checkout/pay')].map(isUrgent)).toEqual([true, true]);
    expect([load(1.999), load(null), load(9, '/home')].map(isUrgent)).toEqual([false, false, false]);
    expect(isUrgent(submit({ page: '/login', properties: { success: false } }))).toBe(false);
  });

  it('is a user only for as many signs as trouble takes, and again when the window has passed', () => {
    const signs = new TroubleSigns(troubleRules);
    const urgent = Array.from({ length: 1000 }, (_, n) => urgentIn(signs, failed(start + n)));
    expect(urgent.filter(Boolean)).toHaveLength(troubleRules.failures + troubleRules.submissions);
    expect(urgentIn(signs, failed(start, 'u1_b'))).toBe(true);
    expect(urgentIn(signs, failed(start + 10 * minute + 1))).toBe(true);
  });
});

describe('the memory', () => {
  it('is bounded, and keeps at least as many as asked for', () => {
    const memory = new BoundedMemory<number>(3);
    for (let user = 0; user < 100; user += 1) memory.set(String(user), user);
    const known = Array.from({ length: 100 }, (_, user) => memory.get(String(user))).filter(
      (value) => value !== undefined,
    );
    expect(known).toEqual([96, 97, 98, 99]);
  });
});
