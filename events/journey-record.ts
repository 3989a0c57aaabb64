import type { JourneyAlertType } from './alert.ts';
import type { CheckoutTrouble } from './checkout-trouble.ts';
import type { FunnelStep } from './funnel.ts';
import type { SegmentRow } from './segment.ts';
import type { Item } from './shop-event.ts';

/**
 * What a journey writes about itself: rows that only the actor knows. All times are milliseconds since 1970.
 * Every row has a key of its own, so that writing it twice is writing it once.
 */

export interface StepRow {
  readonly eventId: string;
  readonly step: FunnelStep;
  readonly reachedAt: number;
  readonly sessionStartedAt: number;
}

export type CartStatus = 'open' | 'purchased' | 'abandoned' | 'emptied';
export type CartStage = 'cart' | 'checkout';

export interface CartRow {
  /** The id of the event that opened the cart. */
  readonly cartId: string;
  /** Grows with every change: an old attempt that arrives late never overwrites a newer one. */
  readonly version: number;
  readonly status: CartStatus;
  readonly stage: CartStage;
  readonly openedAt: number;
  readonly updatedAt: number;
  readonly closedAt: number | null;
  readonly items: readonly Item[];
  readonly value: number | null;
  readonly currency: string | null;
}

export interface PurchaseRow {
  /** The id of the event that first showed the purchase. */
  readonly purchaseId: string;
  readonly version: number;
  readonly purchasedAt: number;
  readonly orderId: string | null;
  readonly cartId: string | null;
  readonly value: number | null;
  readonly currency: string | null;
  readonly items: readonly Item[];
}

/**
 * What became of an abandonment's alert: said, suppressed by the cool-down, held back by the quiet hours so far, or dropped
 * as the user came back before they ended. Only `held` ever changes.
 */
export type AlertFate = 'said' | 'suppressed' | 'held' | 'dropped';

export interface AbandonmentRow {
  readonly cartId: string;
  readonly kind: CartStage;
  readonly abandonedAt: number;
  readonly value: number | null;
  readonly currency: string | null;
  readonly items: readonly Item[];
  /** Held back by the cool-down: recorded, not said. */
  readonly suppressed: boolean;
  readonly alert: AlertFate;
}

export interface RecoveryRow {
  readonly cartId: string;
  readonly recoveredAt: number;
  readonly value: number | null;
}

export interface JourneyAlert {
  readonly type: JourneyAlertType;
  /** With type and journey, what the alert's id is made of. */
  readonly cartId: string;
  readonly at: number;
  readonly value: number | null;
  readonly currency: string | null;
  readonly items: readonly Item[];
  /**
   * Milliseconds without an event until an abandonment is said; from abandonment to purchase for a recovery; from the first
   * to the last failed submission for trouble.
   */
  readonly elapsedMs: number;
  /** How many of the user's carts were abandoned before this one. */
  readonly abandonedBefore: number;
  /** When the cart was opened; `null` where it is not known any more. */
  readonly openedAt: number | null;
  /** The user's sessions and purchases so far, those that this is about included. */
  readonly sessions: number;
  readonly purchases: number;
  /** Until when the quiet hours held it back; `null` when they did not. */
  readonly heldUntil: number | null;
  /** What a recovery recovers; `null` for anything else. */
  readonly recovered: null | {
    readonly abandonedAt: number;
    readonly stage: CartStage;
    readonly alert: AlertFate;
  };
  /** Of `checkout_trouble` alone. */
  readonly trouble?: CheckoutTrouble;
}

/** A visitor whose events a user's journey has taken over, up to the event time `until` (ms), or all of them. */
export interface JoinedVisitor {
  readonly visitorId: string;
  readonly until: number | null;
}

/** A visitor's journey says that its events are a user's: that journey must ask the record for them. */
export interface HandOver {
  readonly userId: string;
  readonly until: number | null;
  /** What must be recorded before that journey reads, and up to which event time, as in a letter. */
  readonly appendedUpTo: number;
  readonly eventsUpTo: number;
}

export interface JourneyRecord {
  readonly steps: readonly StepRow[];
  readonly carts: readonly CartRow[];
  readonly purchases: readonly PurchaseRow[];
  readonly abandonments: readonly AbandonmentRow[];
  readonly recoveries: readonly RecoveryRow[];
  readonly alerts: readonly JourneyAlert[];
  readonly segments: readonly SegmentRow[];
  /** Visitors whose events this journey has taken over: what they wrote in their own name goes, in the same transaction. */
  readonly joinedVisitors: readonly JoinedVisitor[];
  /** Of a visitor's own journey, one at most: what it wrote in its own name goes. */
  readonly handOvers: readonly HandOver[];
}
