import type { FunnelStep } from './funnel.ts';

/** What a shopper is to a shop just now: exactly one of these. The rules are in `workflows/journey/segments.ts`. */
export const segments = ['new', 'returning', 'hesitating', 'high intent', 'high value', 'at risk'] as const;

export type Segment = (typeof segments)[number];

/** A change of segment, with the facts of that moment. With its journey, segment and `since` are its key. */
export interface SegmentRow {
  readonly segment: Segment;
  /** The one that was told before; a journey begins as `new`, which is never told. */
  readonly previous: Segment;
  /** Event time, milliseconds since 1970: when the segment's rule began to hold. */
  readonly since: number;
  /** Why, in words. */
  readonly because: string;
  readonly step: FunnelStep;
  readonly cartValue: number | null;
  readonly currency: string | null;
  readonly sessions: number;
  readonly purchases: number;
  readonly purchasedValue: number;
  readonly abandonments: number;
}
