// The record never claims an instant before which the broker took an event that is not recorded yet: nobody is called silent too early.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PartitionProgress } from '../../bridge/record/progress.ts';

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('append' as const), by: fc.integer({ min: 0, max: 20 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('ask' as const), by: fc.integer({ min: 0, max: 5 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('record' as const), by: fc.integer({ min: 0, max: 40 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('repeat' as const), by: fc.integer({ min: 0, max: 40 }) }),
  },
);

describe('the progress of a partition', () => {
  it('claims no instant before which anything is unrecorded, and catches up', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), fc.integer({ min: 0, max: 5 }), (steps, start) => {
        const progress = new PartitionProgress();
        progress.recorded(start);
        /** When each offset was appended; those before the start were long ago. */
        const appendedAt: number[] = Array.from({ length: start }, () => 0);
        let now = 1;
        let next = start;
        let before = Number.NEGATIVE_INFINITY;
        const append = (count: number) => {
          for (let added = 0; added < count; added += 1) appendedAt.push((now += 1));
        };
        for (const { do: what, by } of steps) {
          if (what === 'append') append(by);
          else if (what === 'ask') {
            const takenAt = (now += 1);
            // Events that come while the broker is asked are counted in its answer.
            append(by);
            progress.sawEnd(takenAt, appendedAt.length);
          } else if (what === 'record') {
            next = Math.min(appendedAt.length, next + by);
            progress.recorded(next);
          } else progress.recorded(Math.max(0, next - by));

          const claimed = progress.readUntil;
          if (claimed === null) continue;
          expect(claimed).toBeGreaterThanOrEqual(before);
          before = claimed;
          const unrecorded = appendedAt[next];
          if (unrecorded !== undefined) expect(unrecorded).toBeGreaterThanOrEqual(claimed);
        }
        now += 1;
        progress.sawEnd(now, appendedAt.length);
        progress.recorded(appendedAt.length);
        expect(progress.readUntil).toBe(now);
      }),
      { numRuns: 300 },
    );
  });

  it('is unknown until something is known', () => {
    const progress = new PartitionProgress();
    expect(progress.readUntil).toBeNull();
    progress.sawEnd(1_000, 3);
    expect(progress.readUntil).toBeNull();
    progress.recorded(2);
    expect(progress.readUntil).toBeNull();
    progress.recorded(3);
    expect(progress.readUntil).toBe(1_000);
  });

  it('goes on where nothing comes, and on a topic that is empty', () => {
    const progress = new PartitionProgress();
    progress.recorded(0);
    for (const now of [1_000, 2_000, 3_000]) {
      progress.sawEnd(now, 0);
      expect(progress.readUntil).toBe(now);
    }
  });

  it('advances in a long lag as well, and keeps little', () => {
    const progress = new PartitionProgress();
    progress.recorded(0);
    for (let asked = 1; asked <= 100_000; asked += 1) progress.sawEnd(asked, asked * 10);
    expect(progress.readUntil).toBeNull();
    progress.recorded(500_000);
    const claimed = progress.readUntil ?? 0;
    expect(claimed).toBeGreaterThan(0);
    expect(claimed).toBeLessThanOrEqual(50_000);
    progress.recorded(1_000_000);
    expect(progress.readUntil).toBe(100_000);
    expect(JSON.stringify(progress).length).toBeLessThan(10_000);
  });
});
