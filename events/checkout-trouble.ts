import type { KnownDevice } from './shop-event.ts';

/** When a checkout counts as being in trouble. Durations in milliseconds, load times in seconds. */
export interface CheckoutTroubleRules {
  /** Submissions that the producer says failed … */
  readonly failures: number;
  /** … or submissions of one form, said to be neither, that lead nowhere … */
  readonly submissions: number;
  /** … within this time. */
  readonly windowMs: number;
  /** A page is slow from this many times its usual load time on … */
  readonly slowFactor: number;
  /** … and never below this load time. */
  readonly slowFromSeconds: number;
}

export type CheckoutTroubleReason = 'failed_submissions' | 'slow_page';

/** What is wrong with a checkout, as its alert says it. */
export interface CheckoutTrouble {
  readonly reason: CheckoutTroubleReason;
  readonly page: string;
  /** Submissions that count; zero for a slow page. */
  readonly attempts: number;
  /** Nobody said that they failed: the same form was submitted again and again, and nothing followed. */
  readonly inferred: boolean;
  readonly loadTimeSeconds: number | null;
  readonly usualLoadTimeSeconds: number | null;
  readonly device: KnownDevice | null;
}

/** How long a page usually takes to load, over all users. Seconds. */
export interface UsualLoadTime {
  readonly median: number;
  /** 95 of 100 views are no slower. */
  readonly p95: number;
}

/** Is a load time far above what is usual? Slow for this page, and slower than nearly everybody has it. */
export const isFarAbove = (loadTime: number, usual: UsualLoadTime, factor: number): boolean =>
  loadTime >= factor * usual.median && loadTime > usual.p95;
