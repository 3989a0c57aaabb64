import type { OutgoingMessage } from '../connections/kafka.ts';
import { isUserJourney } from '../events/letter.ts';
import type { SegmentRow } from '../events/segment.ts';
import { stableId } from './stable-id.ts';

const minuteMs = 60_000;

/** The id of a change of segment: the same change has the same id however often it is told. */
export function segmentIdOf(journeyId: string, { segment, since }: SegmentRow): string {
  return stableId('segment', journeyId, segment, since);
}

/**
 * A change of segment as `user-activity` carries it, beside the minutes. To a reader of minutes it is one more window, an
 * empty one: all fields are there, the counts are zero, so that sums stay right, and its end is never that of a minute, so
 * that it takes no minute's place where they are kept by user and end. `type` and the header `kind` tell it apart.
 */
export function toSegmentMessage(journeyId: string, row: SegmentRow): OutgoingMessage {
  const content = {
    type: 'segment',
    user_id: isUserJourney(journeyId) ? journeyId : null,
    journey_id: journeyId,
    window_end_time: new Date(row.since % minuteMs === 0 ? row.since + 1 : row.since).toISOString(),
    activity: { pageviews: 0, clicks: 0, scrolls: 0, form_submits: 0, video_plays: 0, pages: [] },
    segment_id: segmentIdOf(journeyId, row),
    segment: row.segment,
    previous_segment: row.previous,
    since: new Date(row.since).toISOString(),
    reasons: {
      because: row.because,
      step: row.step,
      cart_value: row.cartValue,
      currency: row.currency,
      sessions: row.sessions,
      purchases: row.purchases,
      purchased_value: row.purchasedValue,
      abandonments: row.abandonments,
    },
  };
  return { key: journeyId, value: JSON.stringify(content), headers: { kind: 'segment' } };
}
