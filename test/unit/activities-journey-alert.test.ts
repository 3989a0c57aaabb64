// The same fact always has the same alert id, different facts have different ones, and an alert has the contract's fields.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { toAlert } from '../../activities/journey-alert.ts';
import { journeyAlertTypes } from '../../events/alert.ts';
import type { JourneyAlert } from '../../events/journey-record.ts';

const minute = 60_000;
const alert: JourneyAlert = {
  type: 'cart_abandoned',
  cartId: 'evt-1',
  at: Date.UTC(2026, 4, 17, 12, 30),
  value: 59.97,
  currency: 'EUR',
  items: [{ productId: 'sku-1', quantity: 3, price: 19.99 }],
  elapsedMs: 30 * minute,
  abandonedBefore: 2,
  openedAt: Date.UTC(2026, 4, 17, 11, 45),
  sessions: 4,
  purchases: 1,
  heldUntil: null,
  recovered: null,
};
const recovery: JourneyAlert = {
  ...alert,
  type: 'cart_recovered',
  elapsedMs: 49 * 60 * minute,
  recovered: { abandonedAt: Date.UTC(2026, 4, 15, 11, 30), stage: 'checkout', alert: 'said' },
};

describe('an alert', () => {
  it('of an abandoned cart has the contract’s fields', () => {
    expect(toAlert('u1_a', alert)).toEqual({
      alert_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      alert_type: 'cart_abandoned',
      severity: 'info',
      message: 'A cart worth 59.97 EUR was abandoned: no activity for 30 minutes',
      timestamp: '2026-05-17T12:30:00.000Z',
      metadata: {
        journey_id: 'u1_a',
        user_id: 'u1_a',
        cart_id: 'evt-1',
        step: 'cart',
        value: 59.97,
        currency: 'EUR',
        items: [{ product_id: 'sku-1', quantity: 3, price: 19.99 }],
        cart_opened_at: '2026-05-17T11:45:00.000Z',
        idle_minutes: 30,
        held_until: null,
        abandoned_before: 2,
        sessions: 4,
        purchases: 1,
      },
    });
  });

  it('of a checkout is a warning', () => {
    const { severity, metadata, message } = toAlert('u1_a', {
      ...alert,
      type: 'checkout_abandoned',
      elapsedMs: 15 * minute,
    });
    expect({ severity, step: metadata['step'] }).toEqual({ severity: 'warning', step: 'checkout' });
    expect(message).toBe('A checkout worth 59.97 EUR was abandoned: no activity for 15 minutes');
  });

  it('of a recovery says what it was worth and how long it took', () => {
    const recovered = toAlert('u1_a', recovery);
    expect(recovered.message).toBe(
      'An abandoned cart was recovered by a purchase worth 59.97 EUR, 49 hours later',
    );
    expect(recovered.metadata).toMatchObject({
      value: 59.97,
      recovered_after_seconds: 49 * 3600,
      step: 'purchase',
      abandoned_step: 'checkout',
      abandoned_at: '2026-05-15T11:30:00.000Z',
      cart_opened_at: '2026-05-17T11:45:00.000Z',
      sessions: 4,
      purchases: 1,
    });
    expect(recovered.metadata).not.toHaveProperty('idle_minutes');
    expect(recovered.metadata).not.toHaveProperty('held_until');
  });

  it.each([
    ['said', true],
    ['suppressed', false],
    ['dropped', false],
    ['held', false],
  ] as const)('of a recovery says whether anybody was told before: %s', (fate, told) => {
    const recovered = recovery.recovered && { ...recovery.recovered, alert: fate };
    expect(toAlert('u1_a', { ...recovery, recovered }).metadata).toMatchObject({ alert_said: told });
  });

  it('that quiet hours held back says until when, and how long the user was idle by then', () => {
    const held = { ...alert, elapsedMs: 9 * 60 * minute, heldUntil: Date.UTC(2026, 4, 17, 21) };
    const { message, timestamp, metadata } = toAlert('u1_a', held);
    expect(message).toBe('A cart worth 59.97 EUR was abandoned: no activity for 9 hours');
    expect(timestamp).toBe('2026-05-17T12:30:00.000Z');
    expect(metadata).toMatchObject({ idle_minutes: 540, held_until: '2026-05-17T21:00:00.000Z' });
  });

  it('of a journey of an older release, which knows less, can still be said', () => {
    const { openedAt, heldUntil, recovered, sessions, purchases, ...known } = alert;
    expect([openedAt, heldUntil, recovered, sessions, purchases]).toHaveLength(5);
    const { metadata } = toAlert('u1_a', known as JourneyAlert);
    expect(metadata).toMatchObject({ cart_opened_at: null, held_until: null, idle_minutes: 30 });
    const { metadata: ofRecovery } = toAlert('u1_a', { ...known, type: 'cart_recovered' } as JourneyAlert);
    expect(ofRecovery).toMatchObject({ abandoned_at: null, alert_said: null });
  });

  it('of a visitor names no user', () => {
    expect(toAlert('s1_v', alert).metadata).toMatchObject({ journey_id: 's1_v', user_id: null });
  });

  it('says nothing of a value or a currency that nobody stated', () => {
    expect(toAlert('u1_a', { ...alert, value: null }).message).toMatch(/^A cart was abandoned/);
    expect(toAlert('u1_a', { ...alert, currency: null }).message).toMatch(
      /^A cart worth 59.97 was abandoned/,
    );
    expect(toAlert('u1_a', { ...alert, value: 0 }).message).toMatch(/^A cart worth 0\.00 EUR was/);
  });

  it.each([
    [1_000, '1 second'],
    [10_000, '10 seconds'],
    [119_000, '119 seconds'],
    [120_000, '2 minutes'],
    [119 * minute, '119 minutes'],
    [7 * 24 * 60 * minute, '168 hours'],
  ])('says %i ms as %s', (elapsedMs, words) => {
    expect(toAlert('u1_a', { ...alert, elapsedMs }).message).toMatch(new RegExp(`for ${words}$`));
  });
});

describe('its id', () => {
  const identity = fc.tuple(
    fc.string({ maxLength: 6 }),
    fc.constantFrom(...journeyAlertTypes),
    fc.string({ maxLength: 6 }),
  );
  const idOf = ([journeyId, type, cartId]: [string, JourneyAlert['type'], string], differences = {}) =>
    toAlert(journeyId, { ...alert, type, cartId, ...differences }).alert_id;

  it('stays the same however and whenever the fact is said', () => {
    fc.assert(
      fc.property(identity, fc.nat(), fc.nat(), (names, at, value) => {
        const other = { at, value, elapsedMs: value, items: [], currency: null, abandonedBefore: value };
        expect(idOf(names, other)).toBe(idOf(names));
      }),
    );
  });

  it('differs by type and by cart, and not by who says it: a visitor, or later the user who it was', () => {
    fc.assert(
      fc.property(identity, identity, (one, other) => {
        const isSame = one[1] === other[1] && one[2] === other[2];
        expect(idOf(one) === idOf(other)).toBe(isSame);
      }),
      { numRuns: 500 },
    );
    const ids = journeyAlertTypes.flatMap((type) =>
      ['s1_v', 'u1_b'].flatMap((journey) => ['c1', 'c2'].map((cart) => idOf([journey, type, cart]))),
    );
    expect(new Set(ids).size).toBe(2 * journeyAlertTypes.length);
  });
});
