import type { LogNormal } from './randomness.ts';
import {
  BOUNCE_RATE,
  CART_RATE_OF_NEW_VISITORS,
  CART_RATE_OF_RETURNING_VISITORS,
  CHECKOUT_COMPLETION,
  CHECKOUT_RATE_OF_CARTS,
  CHECKOUTS_WITH_A_SLOW_PAGE,
  CHECKOUTS_WITH_FAILING_FORMS,
  MOBILE_SHARE_OF_SESSIONS,
  RETURNING_SHARE_OF_SESSIONS,
  ROBOT_SHARE_OF_SESSIONS,
} from './rates.ts';

/** How the shop's visitors behave. Rates are shares of 1, times are milliseconds. */
export interface ShopProfile {
  readonly returningShare: number;
  readonly bounceRate: number;
  readonly cartRateOfNew: number;
  readonly cartRateOfReturning: number;
  /** Of sessions with a cart. */
  readonly checkoutRate: number;
  /** Of begun checkouts. */
  readonly completionRate: number;
  /** Of begun checkouts: forms fail in them. */
  readonly failingFormsShare: number;
  /** Of begun checkouts: the checkout page is slow. */
  readonly slowPageShare: number;
  readonly mobileShare: number;
  /** Of sessions: never says who they are. */
  readonly visitorShare: number;
  /** Of sessions: starts without a user id and logs in on the way. */
  readonly logsInShare: number;
  /** Of sessions: a robot. All other shares are of people's sessions. */
  readonly robotShare: number;
  readonly pagesPerVisit: number;
  readonly thinkTime: LogNormal;
  /** Of known users who leave a cart behind. */
  readonly comeBackRate: number;
  readonly comeBackAfter: LogNormal;
  /** How long a known user stays away before an ordinary new session. */
  readonly restAfter: number;
  /** Known users at opening time. */
  readonly regulars: number;
  /** Messages a healthy producer would not send, as shares of events. */
  readonly unusableShare: number;
  readonly retryShare: number;
}

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/**
 * A shop at the published rates and at human speed. Assumed, without a source: think times (a long right tail, as
 * Liu, White and Dumais found for dwell times, SIGIR 2010), pages a visit, and who comes back.
 */
export const publishedProfile: ShopProfile = {
  returningShare: RETURNING_SHARE_OF_SESSIONS,
  bounceRate: BOUNCE_RATE,
  cartRateOfNew: CART_RATE_OF_NEW_VISITORS,
  cartRateOfReturning: CART_RATE_OF_RETURNING_VISITORS,
  checkoutRate: CHECKOUT_RATE_OF_CARTS,
  completionRate: CHECKOUT_COMPLETION,
  failingFormsShare: CHECKOUTS_WITH_FAILING_FORMS,
  slowPageShare: CHECKOUTS_WITH_A_SLOW_PAGE,
  mobileShare: MOBILE_SHARE_OF_SESSIONS,
  visitorShare: 0.13,
  logsInShare: 0.1,
  robotShare: ROBOT_SHARE_OF_SESSIONS,
  pagesPerVisit: 5,
  thinkTime: { median: 9 * SECOND, spread: 0.9, least: 0.4 * SECOND, most: 240 * SECOND },
  comeBackRate: 0.1,
  comeBackAfter: { median: 5 * HOUR, spread: 1, least: HOUR, most: 72 * HOUR },
  restAfter: 12 * HOUR,
  regulars: 2000,
  unusableShare: 0.0005,
  retryShare: 0.001,
};

/**
 * The same shop played fast, for short deadlines: carts at 10 s, checkouts at 6 s. A think time stays below both, so
 * that only a visitor who left is abandoned, and a return comes after the deadline. Carts are more frequent and
 * better liked than published, or a minute would show hardly any.
 */
export const demoProfile: ShopProfile = {
  ...publishedProfile,
  bounceRate: 0.2,
  cartRateOfNew: 0.22,
  cartRateOfReturning: 0.4,
  checkoutRate: 0.75,
  completionRate: 0.7,
  pagesPerVisit: 3,
  thinkTime: { median: 1.1 * SECOND, spread: 0.5, least: 0.4 * SECOND, most: 3 * SECOND },
  comeBackRate: 0.4,
  comeBackAfter: { median: 16 * SECOND, spread: 0.2, least: 13 * SECOND, most: 25 * SECOND },
  restAfter: 15 * SECOND,
  regulars: 150,
  unusableShare: 0.004,
  retryShare: 0.005,
};

/** All times of a profile multiplied: below 1 the same visits pass faster. */
export function withThinkTimeScale(profile: ShopProfile, scale: number): ShopProfile {
  if (!(scale > 0)) throw new RangeError('The think time scale must be above zero.');
  const scaled = (shape: LogNormal): LogNormal => ({
    ...shape,
    median: shape.median * scale,
    least: shape.least * scale,
    most: shape.most * scale,
  });
  return {
    ...profile,
    thinkTime: scaled(profile.thinkTime),
    comeBackAfter: scaled(profile.comeBackAfter),
    restAfter: profile.restAfter * scale,
  };
}
