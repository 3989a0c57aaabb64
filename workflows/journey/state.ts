import type { Identity } from '../../activities/activities.ts';
import type { FunnelStep } from '../../events/funnel.ts';
import type { AbandonmentRow, AlertFate, CartRow, CartStage } from '../../events/journey-record.ts';
import type { CheckoutSigns } from './checkout-signs.ts';
import type { JourneyEvent } from './journey-event.ts';
import { firstSegment, type SegmentState } from './segment-state.ts';

/**
 * All that a journey knows, as plain JSON: it travels through continue-as-new. Times are event times in
 * milliseconds since 1970 unless a name says otherwise. The reducers change it in place and touch nothing else.
 */
export interface JourneyState {
  readonly journeyId: string;
  /** By partition; of a visitor who is this user, by `visitor/partition`: what was taken of it came another way. */
  marks: Record<string, Mark>;
  /** Of a visitor's journey: who the visitor turned out to be. What it does from then on is another journey's. */
  handedOver: Identity | null;
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
  /**
   * The latest event time of a letter. What the record tells of a visitor beyond it waits: the user's own events of the
   * time between are still on their way, and would be late if it were applied before them.
   */
  lettersUpTo: number;
  /** Events that came behind the open cart's deadline: they wait until it is decided. In the order of their times. */
  waiting: JourneyEvent[];
  session: Session | null;
  /** A session that ended before the present one, as a visitor's events told of it later. */
  earlierSession: Session | null;
  sessions: number;
  firstTouch: Touch | null;
  cart: CartRow | null;
  /** Cart events at or before this time belong to a cart that has ended. */
  cartsEndedAt: number;
  lastPurchase: Purchase | null;
  recentOrderIds: string[];
  purchases: number;
  purchasedValue: number;
  lastAbandonment: Abandonment | null;
  abandonments: number;
  /** The latest abandonment's alert while quiet hours hold it back; a user who comes back drops it. */
  heldAlert: HeldAlert | null;
  /** When an abandonment was last said aloud, for the cool-down; for one that was held back, when it was let go. */
  lastAlertAt: number | null;
  counts: Counts;
  segment: SegmentState;
  /** Since the first checkout page; absent before. */
  checkout?: CheckoutSigns | undefined;
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

/** Where the journey began: its earliest page view. */
export interface Touch {
  readonly at: number;
  readonly page: string | null;
  /** Another site, with no more of its query than UTM parameters. */
  readonly referrer: string | null;
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
  readonly openedAt: number;
  readonly alert: AlertFate;
}

/**
 * An abandonment's alert that waits for quiet hours to end. Plain JSON: it travels through continue-as-new. While there
 * is one there is no open cart: only an event of the user could open one, and that drops it.
 */
export interface HeldAlert {
  readonly abandonment: AbandonmentRow;
  readonly openedAt: number;
  /** The user's last sign of life when the cart was called abandoned. */
  readonly silentSince: number;
  /** The end of the quiet hours. */
  readonly until: number;
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
    handedOver: null,
    recentEventIds: [],
    lastEventAt: 0,
    heardOfAt: 0,
    awaitedUntil: 0,
    lastAppendedAt: 0,
    lettersUpTo: 0,
    waiting: [],
    session: null,
    earlierSession: null,
    sessions: 0,
    firstTouch: null,
    cart: null,
    cartsEndedAt: 0,
    lastPurchase: null,
    recentOrderIds: [],
    purchases: 0,
    purchasedValue: 0,
    lastAbandonment: null,
    abandonments: 0,
    heldAlert: null,
    lastAlertAt: null,
    counts: { events: 0, duplicates: 0, late: 0, letters: 0 },
    segment: firstSegment(),
  };
}
