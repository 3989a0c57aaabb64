import type { JourneyAlertType } from './alert.ts';
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

export interface AbandonmentRow {
  readonly cartId: string;
  readonly kind: CartStage;
  readonly abandonedAt: number;
  readonly value: number | null;
  readonly currency: string | null;
  readonly items: readonly Item[];
  /** Held back by the cool-down: recorded, not said. */
  readonly suppressed: boolean;
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
  /** Milliseconds without an event before an abandonment; from abandonment to purchase for a recovery. */
  readonly elapsedMs: number;
  /** How many of the user's carts were abandoned before this one. */
  readonly abandonedBefore: number;
}

export interface JourneyRecord {
  readonly steps: readonly StepRow[];
  readonly carts: readonly CartRow[];
  readonly purchases: readonly PurchaseRow[];
  readonly abandonments: readonly AbandonmentRow[];
  readonly recoveries: readonly RecoveryRow[];
  readonly alerts: readonly JourneyAlert[];
  readonly segments: readonly SegmentRow[];
}
