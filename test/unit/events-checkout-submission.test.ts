// What says that a form of the checkout failed or passed is read in every spelling that is promised, a failure outweighs a
// success, and what says nothing is left open. Letters carry it for checkout pages alone.
import { describe, expect, it } from 'vitest';

import { writeLine } from '../../events/write-line.ts';
import {
  formOf,
  isCheckoutPage,
  isCheckoutSubmission,
  submissionOutcome,
} from '../../events/checkout-submission.ts';
import { eventOf } from '../support/parsing.ts';
import { shopEvent } from '../support/shop-event.ts';

describe('a submission', () => {
  it.each([
    { success: false },
    { success: 'false' },
    { succeeded: false },
    { ok: false },
    { valid: false },
    { status: 'error' },
    { status: 'Failed' },
    { status: ' DECLINED ' },
    { status: 402 },
    { status_code: 500 },
    { result: 'rejected' },
    { outcome: 'timeout' },
    { error: true },
    { error: 'card expired' },
    { error_code: 'card_declined' },
    { error_code: 17 },
    { error_message: 'try again' },
    { errors: ['zip'] },
    { errors: { zip: 'missing' } },
    { decline_code: 'do_not_honor' },
    { success: true, error: 'but not really' },
    { status: 'ok', success: false },
  ])('failed: %j', (properties) => expect(submissionOutcome(properties)).toBe('failed'));

  it.each([
    { success: true },
    { ok: 'true' },
    { valid: true },
    { status: 'Success' },
    { status: 200 },
    { result: 'approved' },
    { success: true, error: null, error_code: '', errors: [] },
  ])('passed: %j', (properties) => expect(submissionOutcome(properties)).toBe('passed'));

  it.each([
    {},
    { status: 'pending' },
    { status: 100 },
    { success: null },
    { error: null, errors: {}, error_code: 0, error_message: '  ' },
    { error: false },
    { nested: { success: false } },
    { dropped_bytes: 9000 },
  ])('says nothing: %j', (properties) => expect(submissionOutcome(properties)).toBeNull());

  it('is of a form, by name or id, cut to a length', () => {
    expect(formOf({ form_name: 'payment', form_id: 'f1' })).toBe('payment');
    expect(formOf({ form_id: 'f1' })).toBe('f1');
    expect(formOf({ form: 'x'.repeat(500) })).toHaveLength(64);
    expect([formOf({}), formOf({ form_name: '' }), formOf({ form_id: 7 })]).toEqual([null, null, null]);
  });

  it('counts on the checkout page and below it', () => {
    const pages = ['/checkout', '/Checkout/payment', '/checkout?utm_source=x', '/checkouts', '/cart', '/'];
    expect(pages.map(isCheckoutPage)).toEqual([true, true, true, false, false, false]);
    expect(isCheckoutPage(null)).toBe(false);
    expect(isCheckoutSubmission(shopEvent({ action: 'form_submit', page: '/checkout/a' }))).toBe(true);
    expect(isCheckoutSubmission(shopEvent({ action: 'form_submit', page: '/login' }))).toBe(false);
    expect(isCheckoutSubmission(shopEvent({ action: 'click', page: '/checkout' }))).toBe(false);
  });
});

describe('a letter', () => {
  const raw = {
    event_id: 'e1',
    timestamp: '2026-05-17T11:59:58Z',
    user_id: 'user_000042',
    device: { type: 'mobile', browser: null, os: 'iOS' },
  };
  const lineOf = (fields: object) => writeLine(eventOf({ ...raw, ...fields }), 0, 1).slice(4);

  it('carries of a checkout form its page, its end, its name and the device', () => {
    const form = { action: 'form_submit', page: '/checkout/pay', form_name: 'card' };
    const device = { type: 'mobile', os: 'iOS' };
    expect(lineOf({ ...form, success: false })).toEqual([
      'form_submit',
      '/checkout/pay',
      { failed: true, form: 'card', device },
    ]);
    expect(lineOf({ ...form, status: 'ok' })[2]).toEqual({ failed: false, form: 'card', device });
    expect(lineOf(form)[2]).toEqual({ form: 'card', device });
    expect(lineOf({ ...form, page: '/login', success: false })).toEqual(['form_submit']);
  });

  it('carries of a checkout page its load time, beside what it says of the cart, and of no other page', () => {
    const view = { action: 'pageview', page: '/checkout', load_time: 4.5, value: 20 };
    const device = { type: 'mobile', os: 'iOS' };
    expect(lineOf(view)).toEqual(['pageview', '/checkout', { value: 20, loadTime: 4.5, device }]);
    expect(lineOf({ ...view, load_time: null })).toEqual(['pageview', '/checkout', { value: 20 }]);
    expect(lineOf({ ...view, page: '/home' })).toEqual(['pageview', '/home']);
  });
});
