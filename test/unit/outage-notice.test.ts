// A log that an outage is written to stays short, however long the outage and however many the tries: it is told at its
// begin, once a minute while it lasts, and at its end.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Log } from '../../connections/log.ts';
import { outageNotice } from '../../connections/outage-notice.ts';

const minuteMs = 60_000;
const refused = Object.assign(new Error('no'), { code: 'ECONNREFUSED' });

interface Line {
  readonly text: string;
  readonly retries: number;
  readonly seconds: number;
}

function watched() {
  const lines: Line[] = [];
  const write = (fields: Omit<Line, 'text'>, text: string) => void lines.push({ ...fields, text });
  const notice = outageNotice({ warn: write, info: write } as unknown as Log, { away: 'away', back: 'back' });
  return { lines, notice };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('an outage', () => {
  it('of an hour with three tries a second is told 60 times, with the code, the tries and how long it lasts', () => {
    const { lines, notice } = watched();
    for (let tries = 0; tries < 3 * 3600; tries += 1) {
      notice.onRetry(refused);
      vi.advanceTimersByTime(1000 / 3);
    }
    notice.onWorked();
    expect(lines).toHaveLength(61);
    expect(lines[0]).toEqual({ text: 'away', code: 'ECONNREFUSED', error: 'Error', retries: 1, seconds: 0 });
    expect(lines.at(-1)).toEqual({ text: 'back', retries: 3 * 3600, seconds: 3600 });
  });

  it('that is over is told once as over, and what works all the time is not told', () => {
    const { lines, notice } = watched();
    notice.onWorked();
    notice.onRetry(refused);
    notice.onWorked();
    notice.onWorked();
    expect(lines.map(({ text }) => text)).toEqual(['away', 'back']);
  });

  it('that comes again later is told at its begin, counted anew', () => {
    const { lines, notice } = watched();
    notice.onRetry(refused);
    notice.onWorked();
    vi.advanceTimersByTime(minuteMs);
    notice.onRetry(refused);
    expect(lines.at(-1)).toMatchObject({ text: 'away', retries: 1, seconds: 0 });
  });

  it('of which some callers know nothing is told twice a minute at most, and never as over without having been told', () => {
    const step = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 20_000 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { lines, notice } = watched();
        const start = Date.now();
        for (const [works, pauseMs] of steps) {
          if (works) notice.onWorked();
          else notice.onRetry(refused);
          vi.advanceTimersByTime(pauseMs);
        }
        expect(lines.length).toBeLessThanOrEqual(2 * (Math.floor((Date.now() - start) / minuteMs) + 1));
        expect(lines.some(({ text }, n) => text === 'back' && lines[n - 1]?.text !== 'away')).toBe(false);
      }),
    );
  });
});
