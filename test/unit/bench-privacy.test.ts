// What the bench says of erasure and encryption is what was measured: the means of several drains, nothing left over, and
// no figure of another erasure than was meant.
import { describe, expect, it } from 'vitest';

import { resultOf } from '../../cli/bench/result.ts';
import { encryptionFigures } from '../../cli/bench/scenarios/encryption.ts';
import { erasureFigures } from '../../cli/bench/scenarios/erasure.ts';

const byName = (figures: ReturnType<typeof erasureFigures>) =>
  Object.fromEntries(figures.map((figure) => [figure.name, resultOf(figure)]));

describe('an erasure', () => {
  const receipt = { erased: { events: 10_000, carts: 3, runs: 2 }, left: { events: 0, carts: 0, runs: 0 } };

  it('is judged by its seconds, by what is left, and by what others have lost', () => {
    expect(byName(erasureFigures({ receipt, seconds: 10, lost: 0 }))).toMatchObject({
      'erasure/receipt': { value: 10, unit: 's', met: true },
      'erasure/left': { value: 0, met: true },
      'erasure/lost': { value: 0, met: true },
    });
    const worse = { receipt: { ...receipt, left: { events: 1, runs: 2 } }, seconds: 10.001, lost: 4 };
    expect(byName(erasureFigures(worse))).toMatchObject({
      'erasure/receipt': { met: false },
      'erasure/left': { value: 3, met: false },
      'erasure/lost': { value: 4, met: false },
    });
  });

  it.each([{}, { events: 9_999 }, { events: 10_001 }])('of %o is no figure', (erased) => {
    expect(() => erasureFigures({ receipt: { ...receipt, erased }, seconds: 1, lost: 0 })).toThrow(
      /not about 10000/,
    );
  });
});

describe('encryption', () => {
  const drained = (perSecond: number, ownSecondsPerEvent: number | null, wrong = 0) => ({
    ...{ perSecond, ownSecondsPerEvent, temporalSecondsPerEvent: null },
    ...{ lost: wrong, doubled: 2 * wrong },
  });

  it('is compared by all events over all seconds, and by the mean processor time', () => {
    const figures = encryptionFigures({
      off: [drained(10_000, 20e-6), drained(40_000, 40e-6)],
      on: [drained(13_600, 40e-6), drained(13_600, 50e-6)],
    });
    expect(byName(figures)).toMatchObject({
      'encryption/journeys': { value: 13_600, baseline: 16_000, ratio: 0.85, met: true },
      'encryption/cpu': { value: 45, baseline: 30, ratio: 1.5, met: null },
    });
  });

  it('costs too much above 15 per cent', () => {
    const figures = encryptionFigures({ off: [drained(10_000, null)], on: [drained(8_499, null)] });
    expect(byName(figures)['encryption/journeys']?.met).toBe(false);
  });

  it('has no processor time where one drain has none', () => {
    const figures = encryptionFigures({
      off: [drained(10_000, 20e-6)],
      on: [drained(10_000, 20e-6), drained(10_000, null)],
    });
    expect(byName(figures)['encryption/cpu']).toMatchObject({ value: null, baseline: 20, ratio: null });
  });

  it('counts what any of the drains lost or doubled', () => {
    const figures = encryptionFigures({ off: [drained(1, 1, 1)], on: [drained(1, 1), drained(1, 1, 2)] });
    expect(byName(figures)).toMatchObject({
      'encryption/lost': { value: 3, met: false },
      'encryption/doubled': { value: 6, met: false },
    });
  });
});
