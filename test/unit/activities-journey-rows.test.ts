// The rows of many journeys become one statement a table, each row under its journey, each column of a statement filled by its rows.
import { describe, expect, it } from 'vitest';

import { journeyStatements, type JourneyEntry } from '../../activities/journey-rows.ts';
import type { JourneyRecord } from '../../events/journey-record.ts';

const nothing: JourneyRecord = {
  steps: [],
  carts: [],
  purchases: [],
  abandonments: [],
  recoveries: [],
  alerts: [],
  segments: [],
  joinedVisitors: [],
  handOvers: [],
};
const money = { value: 19.9, currency: 'EUR', items: [{ productId: 'a', quantity: 2, price: 9.95 }] };

const everything: JourneyRecord = {
  steps: [{ eventId: 'e1', step: 'cart', reachedAt: 1, sessionStartedAt: 0 }],
  carts: [
    {
      cartId: 'c1',
      version: 1,
      status: 'open',
      stage: 'cart',
      openedAt: 1,
      updatedAt: 1,
      closedAt: null,
      ...money,
    },
  ],
  purchases: [{ purchaseId: 'p1', version: 1, purchasedAt: 2, orderId: 'o1', cartId: 'c1', ...money }],
  abandonments: [{ cartId: 'c1', kind: 'cart', abandonedAt: 3, suppressed: false, alert: 'said', ...money }],
  recoveries: [{ cartId: 'c1', recoveredAt: 4, value: 19.9 }],
  alerts: [],
  segments: [
    {
      ...{ segment: 'high intent', previous: 'new', since: 5, because: 'in the checkout', step: 'checkout' },
      ...{ cartValue: 19.9, currency: 'EUR', sessions: 1, purchases: 0, purchasedValue: 0, abandonments: 0 },
    },
  ],
  joinedVisitors: [],
  handOvers: [],
};

const entries: JourneyEntry[] = [
  { journeyId: 'u1_a', record: everything },
  { journeyId: 'u1_b', record: { ...nothing, steps: everything.steps } },
  { journeyId: 's1_c', record: everything },
  { journeyId: 'u1_d', record: nothing },
];

/** The columns that a statement reads from its JSON rows. */
function columnsOf(text: string): string[] {
  const [, list = ''] = /\bAS r\(([^)]*)\)/.exec(text) ?? [];
  return list.split(',').map((column) => column.trim().split(' ')[0]?.replaceAll('"', '') ?? '');
}

describe('the statements', () => {
  const statements = journeyStatements(entries);

  it('are one a table, an abandonment before its recovery', () => {
    const names = statements.map(({ name }) => name);
    expect(new Set(names).size).toBe(6);
    expect(names.indexOf('write-abandonments')).toBeLessThan(names.indexOf('write-recoveries'));
  });

  it('hold the rows of all journeys, each under its own', () => {
    expect(statements.map(({ name, rows }) => [name, rows.length])).toEqual([
      ['write-steps', 3],
      ['write-carts', 2],
      ['write-purchases', 2],
      ['write-abandonments', 2],
      ['write-recoveries', 2],
      ['write-segments', 2],
    ]);
    expect(statements[0]?.rows).toEqual([
      { journeyId: 'u1_a', ...everything.steps[0] },
      { journeyId: 'u1_b', ...everything.steps[0] },
      { journeyId: 's1_c', ...everything.steps[0] },
    ]);
  });

  it('read exactly the fields that their rows have', () => {
    for (const { name, text, rows } of statements) {
      for (const row of rows) expect(columnsOf(text).sort(), name).toEqual(Object.keys(row).sort());
    }
  });

  it('are each safe to repeat', () => {
    for (const { name, text } of statements) {
      const isIdempotent = /ON CONFLICT|recovered_at IS NULL/.test(text);
      expect(isIdempotent, name).toBe(true);
    }
    const abandonments = statements.find(({ name }) => name === 'write-abandonments')?.text;
    // An old attempt that arrives late must not take back what became of a held alert.
    expect(abandonments).toContain("WHERE kept.alert = 'held'");
    for (const name of ['write-carts', 'write-purchases']) {
      const text = statements.find((statement) => statement.name === name)?.text;
      expect(text).toContain('WHERE kept.version < excluded.version');
    }
  });

  it('take back, before they write, what visitors wrote who are users now', () => {
    const user = { ...everything, joinedVisitors: [{ visitorId: 's1_v', until: null }] };
    const visitor = { ...nothing, handOvers: [{ userId: 'u1_a', until: 5, appendedUpTo: 9, eventsUpTo: 9 }] };
    const taking = journeyStatements([
      { journeyId: 'u1_a', record: user },
      { journeyId: 's1_w', record: visitor },
    ]);
    const deletions = taking.slice(0, 5);
    const tables = deletions.map(({ text }) => /DELETE FROM (\w+)/.exec(text)?.[1]);
    expect(tables).toEqual(['funnel_steps', 'carts', 'purchases', 'abandonments', 'journey_segments']);
    for (const { rows } of deletions)
      expect(rows).toEqual([
        { journeyId: 's1_v', until: null },
        { journeyId: 's1_w', until: 5 },
      ]);
    expect(taking.slice(5).some(({ text }) => text.includes('DELETE'))).toBe(false);
  });

  it('take values as parameters only', () => {
    const hostile = `'; DROP TABLE carts; --`;
    const record = {
      ...nothing,
      steps: [{ eventId: hostile, step: 'cart' as const, reachedAt: 1, sessionStartedAt: 0 }],
    };
    const [statement] = journeyStatements([{ journeyId: hostile, record }]);
    expect(statement?.text).toBe(statements[0]?.text);
  });

  it('are none where there is nothing to write', () => {
    expect(journeyStatements([])).toEqual([]);
    expect(journeyStatements([{ journeyId: 'u1_a', record: nothing }])).toEqual([]);
  });
});
