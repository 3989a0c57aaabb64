// The demo's view and summary say what the stores say: nothing unknown shown as zero, the contract's keys in its order.
import { describe, expect, it } from 'vitest';

import { demoEnvironment } from '../../cli/demo/environment.ts';
import { liveView, plainLine, type Moment } from '../../cli/demo/live-view.ts';
import { RateMeter } from '../../cli/demo/rate-meter.ts';
import { lagBehind } from '../../cli/demo/stream-figures.ts';
import { nothingPlayed, summaryOf, summaryTable } from '../../cli/demo/summary.ts';
import { readSettings } from '../../settings/settings.ts';

const moment: Moment = {
  elapsedMs: 83_000,
  durationMs: 120_000,
  seed: 4711,
  sent: 16_500,
  eventsPerSecond: 199.6,
  recorded: 16_420,
  rejected: 61,
  activeJourneys: 934,
  furthestSteps: { browse: 300, product: 400, cart: 90, checkout: 60, purchase: 84 },
  latestAlerts: [
    {
      alert_type: 'cart_abandoned',
      severity: 'warning',
      message: 'A cart worth\n20.20 EUR was abandoned',
      timestamp: new Date(Date.UTC(2026, 0, 5, 9, 1, 2)),
    },
  ],
  lag: [
    { group: 'record', messages: 12 },
    { group: 'journey', messages: null },
  ],
  temporalUi: 'http://127.0.0.1:8233',
  waitingFor: null,
};

describe('the live view', () => {
  it('shows every figure, and what is not known as not known', () => {
    const view = liveView(moment);
    for (const text of [
      '1:23 of 2:00',
      'seed 4711',
      '200 events/s',
      '16,420 rows',
      '61 dead letters',
      '934 active',
    ]) {
      expect(view).toContain(text);
    }
    expect(view).toContain('record 12, journey –');
    expect(view).toContain('09:01:02 cart_abandoned     A cart worth 20.20 EUR was abandoned');
    expect(view).toContain('http://127.0.0.1:8233');
    expect(liveView({ ...moment, recorded: null })).toContain('– rows');
  });

  it('has a bar for each funnel step, as long as its share of the largest', () => {
    const bars = liveView(moment)
      .split('\n')
      .filter((line) => line.includes('█'));
    const lengths = bars.map((line) => line.split('█').length - 1);
    expect(bars).toHaveLength(5);
    expect(lengths[1]).toBe(Math.max(...lengths));
    expect(lengths[0]).toBe(Math.ceil((lengths[1] ?? 0) * 0.75));
  });

  it('keeps to the width of the terminal, so that a redraw clears all of it', () => {
    expect(
      liveView(moment, 40)
        .split('\n')
        .every((line) => line.length <= 40),
    ).toBe(true);
  });

  it('is one line where there is no terminal, and says what is waited for', () => {
    const line = plainLine({ ...moment, waitingFor: 'Waiting for 3 messages to be recorded.' });
    expect(line).not.toContain('\n');
    expect(line).toMatch(/recorded 16,420 .* Waiting for 3 messages to be recorded\.$/);
  });
});

describe('the summary', () => {
  const figures = {
    recorded: 990,
    users: 70,
    sessions: 120,
    carts_abandoned: 8,
    checkouts_abandoned: 5,
    carts_recovered: 2,
    purchases: 11,
    alerts: 14,
  };

  it('is the contract, key for key', () => {
    expect(JSON.stringify(summaryOf(1000, 10, figures))).toBe(
      '{"events":1000,"recorded":990,"rejected":10,"users":70,"sessions":120,"carts_abandoned":8,' +
        '"checkouts_abandoned":5,"carts_recovered":2,"purchases":11,"alerts":14}',
    );
  });

  it('says whether every event is accounted for', () => {
    const table = (events: number) =>
      summaryTable({ summary: summaryOf(events, 10, figures), sentAgain: 3, checkoutsInTrouble: 1 }, 1);
    expect(table(1000)).toContain('nothing lost, nothing doubled');
    expect(table(1001)).toContain('1 events are neither recorded');
    expect(table(999)).toContain('1 more events');
    expect(summaryTable(nothingPlayed, 1)).toContain('before it sent anything');
  });
});

describe('lag', () => {
  it('counts a partition without a commit from its start', () => {
    const bounds = [
      { partition: 0, start: 5, end: 20 },
      { partition: 1, start: 5, end: 20 },
      { partition: 2, start: 5, end: 20 },
    ];
    expect(
      lagBehind(
        bounds,
        new Map([
          [0, 18],
          [1, -1],
        ]),
      ),
    ).toBe(2 + 15 + 15);
  });
});

describe('the rate', () => {
  it('is that of the last seconds, not of the whole run', () => {
    const meter = new RateMeter(3000);
    const rates = [0, 1, 2, 3, 4, 5, 6, 7].map((second) =>
      meter.note(second * 1000, second < 4 ? 0 : 100 * (second - 3)),
    );
    expect(rates[0]).toBe(0);
    expect(rates.at(-1)).toBe(100);
  });

  it('is right between samples further apart than that', () => {
    const meter = new RateMeter(3000);
    meter.note(0, 0);
    expect(meter.note(5000, 1000)).toBe(200);
    expect(meter.note(10_000, 1500)).toBe(100);
  });
});

describe('the demo environment', () => {
  it('has short deadlines that the settings accept, and lets what is set go before them', () => {
    const given = { CART_ABANDON_AFTER: '20s', SESSION_GAP: '' };
    expect(readSettings({ ...given, ...demoEnvironment(given) })).toMatchObject({
      CART_ABANDON_AFTER: 20_000,
      CHECKOUT_ABANDON_AFTER: 6000,
      SESSION_GAP: 10_000,
    });
  });
});
