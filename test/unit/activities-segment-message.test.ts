// A change of segment can be told from a minute, and yet breaks no reader of minutes: it has all their fields, adds nothing to
// their sums and takes no minute's place. The same change has the same id however often it is told.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { segmentIdOf, toSegmentMessage } from '../../activities/segment-message.ts';
import { segments, type SegmentRow } from '../../events/segment.ts';

const change: SegmentRow = {
  segment: 'at risk',
  previous: 'high intent',
  since: Date.UTC(2026, 4, 17, 12, 30, 7, 250),
  because: 'abandoned a cart and has not bought since',
  step: 'cart',
  cartValue: 59.97,
  currency: 'EUR',
  sessions: 2,
  purchases: 1,
  purchasedValue: 20,
  abandonments: 1,
};
const contentOf = (journeyId: string, row: SegmentRow) =>
  JSON.parse(toSegmentMessage(journeyId, row).value ?? '') as Record<string, unknown>;

describe('a change of segment', () => {
  it('is a message under the pseudonym, with the fields of a minute and its own', () => {
    const { key, headers } = toSegmentMessage('u1_a', change);
    expect({ key, headers }).toEqual({ key: 'u1_a', headers: { kind: 'segment' } });
    expect(contentOf('u1_a', change)).toEqual({
      type: 'segment',
      user_id: 'u1_a',
      journey_id: 'u1_a',
      window_end_time: '2026-05-17T12:30:07.250Z',
      activity: { pageviews: 0, clicks: 0, scrolls: 0, form_submits: 0, video_plays: 0, pages: [] },
      segment_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      segment: 'at risk',
      previous_segment: 'high intent',
      since: '2026-05-17T12:30:07.250Z',
      reasons: {
        because: 'abandoned a cart and has not bought since',
        step: 'cart',
        cart_value: 59.97,
        currency: 'EUR',
        sessions: 2,
        purchases: 1,
        purchased_value: 20,
        abandonments: 1,
      },
    });
  });

  it('of a visitor names no user', () => {
    expect(contentOf('s1_v', change)).toMatchObject({ user_id: null, journey_id: 's1_v' });
  });

  it('never takes the place of a minute', () => {
    const since = Date.UTC(2026, 4, 17, 12, 30);
    expect(contentOf('u1_a', { ...change, since })).toMatchObject({
      since: '2026-05-17T12:30:00.000Z',
      window_end_time: '2026-05-17T12:30:00.001Z',
    });
  });
});

describe('its id', () => {
  const identity = fc.tuple(fc.string({ maxLength: 4 }), fc.constantFrom(...segments), fc.nat(20));

  it('differs by journey, segment and instant, and by nothing else', () => {
    fc.assert(
      fc.property(
        identity,
        identity,
        fc.constantFrom(...segments),
        fc.nat(),
        (one, other, previous, sessions) => {
          const idOf = ([journeyId, segment, since]: typeof one, more: Partial<SegmentRow> = {}) =>
            segmentIdOf(journeyId, { ...change, ...more, segment, since });
          expect(idOf(one, { previous, sessions, because: 'other words' })).toBe(idOf(one));
          expect(idOf(one) === idOf(other)).toBe(one.every((part, index) => part === other[index]));
        },
      ),
      { numRuns: 500 },
    );
  });
});
