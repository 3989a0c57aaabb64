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
        idle_minutes: 30,
        abandoned_before: 2,
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
    const recovered = toAlert('u1_a', { ...alert, type: 'cart_recovered', elapsedMs: 49 * 60 * minute });
    expect(recovered.message).toBe(
      'An abandoned cart was recovered by a purchase worth 59.97 EUR, 49 hours later',
    );
    expect(recovered.metadata).toMatchObject({
      value: 59.97,
      recovered_after_seconds: 49 * 3600,
      step: 'purchase',
    });
    expect(recovered.metadata).not.toHaveProperty('idle_minutes');
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

  it('differs by type, by cart and by journey', () => {
    fc.assert(
      fc.property(identity, identity, (one, other) => {
        const isSame = one.every((name, index) => name === other[index]);
        expect(idOf(one) === idOf(other)).toBe(isSame);
      }),
      { numRuns: 500 },
    );
    const ids = journeyAlertTypes.flatMap((type) =>
      ['u1_a', 'u1_b'].flatMap((journey) => ['c1', 'c2'].map((cart) => idOf([journey, type, cart]))),
    );
    expect(new Set(ids).size).toBe(journeyAlertTypes.length * 4);
    expect(idOf(['u1_a', 'cart_abandoned', 'bc'])).not.toBe(idOf(['u1_ab', 'cart_abandoned', 'c']));
  });
});
