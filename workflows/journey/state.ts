import type { FunnelStep } from '../../events/funnel.ts';
import type { CartRow, CartStage } from '../../events/journey-record.ts';
import type { JourneyEvent } from './journey-event.ts';
import { firstSegment, type SegmentState } from './segment-state.ts';

/**
 * All that a journey knows, as plain JSON: it travels through continue-as-new. Times are event times in
 * milliseconds since 1970 unless a name says otherwise. The reducers change it in place and touch nothing else.
 */
export interface JourneyState {
  readonly journeyId: string;
  marks: Record<string, Mark>;
  /** Ids of the latest events, oldest first: catches a producer's own retry, which has a new offset. */
  recentEventIds: string[];
  /** The latest event time taken; zero before the first. */
  lastEventAt: number;
  /** The latest event time that the record told of before its letter came: it moves the deadline and nothing else. */
  heardOfAt: number;
  /** Until when (server time) the letter of such an event is waited for before a deadline is decided without it. */
  awaitedUntil: number;
  /** An instant (ms) by which the latest event taken was on the topic. */
  lastAppendedAt: number;
  /** Events that came behind the open cart's deadline: they wait until it is decided. In the order of their times. */
  waiting: JourneyEvent[];
  session: Session | null;
  sessions: number;
  cart: CartRow | null;
  /** Cart events at or before this time belong to a cart that has ended. */
  cartsEndedAt: number;
  lastPurchase: Purchase | null;
  recentOrderIds: string[];
  purchases: number;
  purchasedValue: number;
  lastAbandonment: Abandonment | null;
  abandonments: number;
  /** When an abandonment was last said aloud, for the cool-down. */
  lastAlertAt: number | null;
  counts: Counts;
  segment: SegmentState;
}

export interface Mark {
  readonly incarnation: string;
  readonly offset: number;
}

export interface Session {
  /** The first event of the unbroken run of events that it belongs to; a session of 24 h is cut from here. */
  runStartedAt: number;
  startedAt: number;
  lastEventAt: number;
  events: number;
  pageviews: number;
  entryPage: string | null;
  lastPage: string | null;
  step: FunnelStep;
  reached: Partial<Record<FunnelStep, number>>;
}

export interface Purchase {
  readonly purchaseId: string;
  readonly version: number;
  readonly at: number;
  readonly value: number | null;
  /** Shown only by a page such as /purchase-complete so far: an event with the order may still follow. */
  readonly fromPage: boolean;
  readonly orderId: string | null;
  readonly cartId: string | null;
}

export interface Abandonment {
  readonly cartId: string;
  readonly kind: CartStage;
  readonly at: number;
  readonly recovered: boolean;
}

export interface Counts {
  events: number;
  duplicates: number;
  late: number;
  letters: number;
}

export function newJourney(journeyId: string): JourneyState {
  return {
    journeyId,
    marks: {},
    recentEventIds: [],
    lastEventAt: 0,
    heardOfAt: 0,
    awaitedUntil: 0,
    lastAppendedAt: 0,
    waiting: [],
    session: null,
    sessions: 0,
    cart: null,
    cartsEndedAt: 0,
    lastPurchase: null,
    recentOrderIds: [],
    purchases: 0,
    purchasedValue: 0,
    lastAbandonment: null,
    abandonments: 0,
    lastAlertAt: null,
    counts: { events: 0, duplicates: 0, late: 0, letters: 0 },
    segment: firstSegment(),
  };
}
