// What reports say of abandoned carts is what a person works out by hand from what a few journeys tell.
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { AbandonmentRow, JourneyRecord } from '../../events/journey-record.ts';
import { deploySmallShop, type ReportedShop } from '../support/report.ts';

const week = { since: '2026-03-02', until: '2026-03-09' };

let shop: ReportedShop;

beforeAll(async () => {
  shop = await deploySmallShop();
});

afterAll(() => shop.close());

const ask = (name: string, given: Record<string, string> = {}) => shop.ask(name, { ...week, ...given });
const at = (time: string): number => Date.parse(`2026-${time}Z`);
const iso = (time: string): string => `2026-${time}:00.000Z`;
const midnight = (day: string): string => iso(`${day}T00:00`);

const nothing: JourneyRecord = {
  ...{ steps: [], carts: [], purchases: [], abandonments: [], recoveries: [], alerts: [], segments: [] },
  ...{ joinedVisitors: [], handOvers: [] },
};

/** As a journey tells of it. */
const abandon = (
  journeyId: string,
  time: string,
  abandoned: Partial<AbandonmentRow>,
  recovered?: { at: string; value: number },
) => {
  const cartId = `${journeyId} ${time}`;
  const row = {
    cartId,
    kind: 'cart',
    value: null,
    currency: 'EUR',
    items: [],
    suppressed: false,
    alert: 'said',
  } as const;
  return shop.activities.recordJourney(journeyId, {
    ...nothing,
    abandonments: [{ ...row, abandonedAt: at(time), ...abandoned }],
    recoveries: recovered ? [{ cartId, recoveredAt: at(recovered.at), value: recovered.value }] : [],
  });
};

test('cart-abandonment', async () => {
  await abandon('u1_ada', '03-02T09:35', { value: 20.2 }, { at: '03-03T10:05', value: 20.2 });
  await abandon('s1_cleo', '03-02T10:10', { value: 1 });
  await abandon('u1_bob', '03-03T00:30', { value: 9, kind: 'checkout' });
  await abandon('u1_dan', '03-04T11:00', { value: 5.05 });
  expect(await ask('cart-abandonment')).toEqual([
    [
      ...[
        'shopper',
        'status',
        'furthest_step',
        'last_step',
        'abandonments',
        'in_checkout',
        'abandoned_value',
      ],
      ...['recovered', 'recovered_value', 'currency', 'last_abandoned_at', 'last_seen_at'],
    ],
    [
      ...['u1_dan', 'bought later', 'purchase', 'purchase', '1', '0', '5.05', '0', null, 'EUR'],
      ...[iso('03-04T11:00'), iso('03-04T12:03')],
    ],
    // bob bought before, and came back for a refund, which shows no step.
    [
      ...['u1_bob', 'came back', 'purchase', null, '1', '1', '9.00', '0', null, 'EUR'],
      ...[iso('03-03T00:30'), iso('03-03T08:00')],
    ],
    [
      ...['s1_cleo', 'away', 'browse', 'browse', '1', '0', '1.00', '0', null, 'EUR'],
      ...[iso('03-02T10:10'), iso('03-02T09:10')],
    ],
    [
      ...['u1_ada', 'recovered', 'purchase', 'purchase', '1', '0', '20.20', '1', '20.20', 'EUR'],
      ...[iso('03-02T09:35'), iso('03-03T10:06')],
    ],
  ]);
});

test('recovered-revenue', async () => {
  await abandon('u1_a', '04-06T01:00', { value: 10.1 }, { at: '04-06T03:00', value: 12.3 });
  await abandon('u1_b', '04-06T02:00', { value: 20.2, kind: 'checkout' });
  await abandon(
    'u1_c',
    '04-06T23:00',
    { value: 0.05, suppressed: true, alert: 'suppressed' },
    { at: '04-09T00:00', value: 1 },
  );
  await abandon('u1_d', '04-07T00:00', { value: 5, currency: 'USD' });
  // Outside of the time.
  await abandon('u1_e', '04-13T00:00', { value: 99 });
  expect(await ask('recovered-revenue', { since: '2026-04-06', until: '2026-04-13' })).toEqual([
    [
      ...['begins', 'currency', 'abandoned_carts', 'abandoned_checkouts', 'abandoned_value', 'alerts_said'],
      ...['recovered', 'recovered_percent', 'recovered_value', 'lost_value', 'average_hours_to_recover'],
    ],
    // 10.10 + 20.20 + 0.05 = 30.35; two of three came back: 66.67 %, 12.30 + 1.00 = 13.30; 20.20 did not; (2 h + 49 h) / 2 = 25.5 h.
    [midnight('04-06'), 'EUR', '2', '1', '30.35', '2', '2', '66.67', '13.30', '20.20', '25.5'],
    [midnight('04-07'), 'USD', '1', '0', '5.00', '1', '0', '0.00', '0', '5.00', null],
  ]);
});
