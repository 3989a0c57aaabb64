// An alert about a checkout in trouble says in words and in fields what is wrong, for whom, and what is at stake.
import { describe, expect, it } from 'vitest';

import { toAlert } from '../../activities/journey-alert.ts';
import type { JourneyAlert } from '../../events/journey-record.ts';

const trouble = {
  reason: 'failed_submissions',
  page: '/checkout/payment',
  attempts: 3,
  inferred: false,
  loadTimeSeconds: null,
  usualLoadTimeSeconds: null,
  device: { type: 'mobile', browser: 'Safari' },
} as const;

const alert: JourneyAlert = {
  type: 'checkout_trouble',
  cartId: 'evt-1',
  at: Date.UTC(2026, 4, 17, 12, 30),
  value: 59.9,
  currency: 'EUR',
  items: [{ productId: 'sku-1', quantity: 1, price: 59.9 }],
  elapsedMs: 42_000,
  abandonedBefore: 1,
  openedAt: Date.UTC(2026, 4, 17, 12),
  sessions: 2,
  purchases: 0,
  heldUntil: null,
  recovered: null,
  trouble,
};

describe('an alert about trouble', () => {
  it('of failing forms is a warning with all that is known', () => {
    expect(toAlert('u1_a', alert)).toEqual({
      alert_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      alert_type: 'checkout_trouble',
      severity: 'warning',
      message:
        'A checkout worth 59.90 EUR is in trouble: 3 forms failed within 42 seconds, the last on /checkout/payment',
      timestamp: '2026-05-17T12:30:00.000Z',
      metadata: {
        journey_id: 'u1_a',
        user_id: 'u1_a',
        cart_id: 'evt-1',
        step: 'checkout',
        value: 59.9,
        currency: 'EUR',
        items: [{ product_id: 'sku-1', quantity: 1, price: 59.9 }],
        reason: 'failed_submissions',
        page: '/checkout/payment',
        attempts: 3,
        inferred: false,
        load_time: null,
        usual_load_time: null,
        device: { type: 'mobile', browser: 'Safari' },
        abandoned_before: 1,
        cart_opened_at: '2026-05-17T12:00:00.000Z',
        sessions: 2,
        purchases: 0,
      },
    });
  });

  it('of a slow page compares it with what is usual', () => {
    const slow = { ...trouble, reason: 'slow_page', attempts: 0, page: '/checkout' } as const;
    const said = toAlert('s1_v', {
      ...alert,
      value: null,
      trouble: { ...slow, loadTimeSeconds: 9.26, usualLoadTimeSeconds: 0.9 },
    });
    expect(said.message).toBe(
      'A checkout is in trouble: /checkout took 9.3 seconds to load, usually 0.9 seconds',
    );
    expect(said.metadata).toMatchObject({ reason: 'slow_page', load_time: 9.26, usual_load_time: 0.9 });
  });

  it('says that a failure is inferred, and what a single one is', () => {
    expect(toAlert('u1_a', { ...alert, trouble: { ...trouble, inferred: true } }).message).toMatch(
      /: a form was submitted 3 times within 42 seconds on \/checkout\/payment, and nothing followed$/,
    );
    expect(toAlert('u1_a', { ...alert, elapsedMs: 12 }).message).toContain('failed within 1 second,');
    expect(toAlert('u1_a', { ...alert, trouble: { ...trouble, attempts: 1 } }).message).toMatch(
      /: a form failed on \/checkout\/payment$/,
    );
  });

  it('has one id a journey and cart, whatever the reason', () => {
    const { alert_id: id } = toAlert('u1_a', alert);
    const slow = { ...trouble, reason: 'slow_page' } as const;
    expect(toAlert('u1_a', { ...alert, at: 5, trouble: slow }).alert_id).toBe(id);
    expect(toAlert('u1_a', { ...alert, cartId: 'evt-2' }).alert_id).not.toBe(id);
  });
});
