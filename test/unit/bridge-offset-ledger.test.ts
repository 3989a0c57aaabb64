// What is committed never passes an event that is still under way, and never goes back: a crash repeats events, and loses none.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { OffsetLedger } from '../../bridge/journey/offset-ledger.ts';

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('take' as const), gap: fc.integer({ min: 0, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('skip' as const), gap: fc.integer({ min: 0, max: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), gap: fc.nat() }) },
);

describe('the committable offset', () => {
  it('is the lowest that is not settled, or the next to read', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(step, { maxLength: 200 }), (start, steps) => {
        const ledger = new OffsetLedger(start);
        const open: number[] = [];
        let next = start;
        let before = ledger.committable;
        for (const { do: what, gap } of steps) {
          if (what === 'settle') {
            const [offset] = open.splice(open.length === 0 ? 0 : gap % open.length, 1);
            if (offset !== undefined) ledger.settle(offset);
          } else {
            const offset = next + gap;
            next = offset + 1;
            if (what === 'skip') ledger.skip(offset);
            else {
              ledger.take(offset);
              open.push(offset);
            }
          }
          // Offsets that were never read, such as those compacted away, hold nothing up.
          const lowest = open[0];
          if (lowest === undefined) expect(ledger.committable).toBe(next);
          else {
            expect(ledger.committable).toBeLessThanOrEqual(lowest);
            expect(ledger.committable).toBe(lowest);
          }
          expect(ledger.committable).toBeGreaterThanOrEqual(before);
          before = ledger.committable;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is exact over more events than are kept at once', () => {
    const ledger = new OffsetLedger(0);
    for (let offset = 0; offset < 5000; offset += 1) ledger.take(offset);
    for (let offset = 4999; offset > 0; offset -= 1) ledger.settle(offset);
    expect(ledger.committable).toBe(0);
    ledger.settle(0);
    expect(ledger.committable).toBe(5000);
    ledger.take(5000);
    expect(ledger.committable).toBe(5000);
  });

  it('is held by one event for as long as it takes, and what is delivered behind it takes no memory', () => {
    const ledger = new OffsetLedger(0);
    ledger.take(0);
    for (let offset = 1; offset < 200_000; offset += 1) {
      if (offset % 3 === 0) ledger.skip(offset);
      else {
        ledger.take(offset);
        ledger.settle(offset);
      }
      if (offset % 10_000 === 0) expect(ledger.size).toBe(1);
    }
    expect(ledger.committable).toBe(0);
    ledger.settle(0);
    expect(ledger.committable).toBe(200_000);
  });

  it('is the start as long as nothing was read', () => {
    expect(new OffsetLedger(17).committable).toBe(17);
    expect(new OffsetLedger(17).committed).toBe(17);
  });
});

describe('what was committed', () => {
  it('moves only when it is noted, and never back', () => {
    const ledger = new OffsetLedger(3);
    ledger.skip(3);
    expect(ledger.committed).toBe(3);
    ledger.noteCommitted(4);
    ledger.noteCommitted(2);
    expect(ledger.committed).toBe(4);
  });
});
