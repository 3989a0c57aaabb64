/** Published rates of real shops, each with where it was read. What is assumed and not published says so. */

/** Monetate Ecommerce Quarterly EQ4 2015, over 7 billion sessions (reported by EContent, 5 April 2016). */
export const RETURNING_SHARE_OF_SESSIONS = 0.48;
export const CART_RATE_OF_NEW_VISITORS = 0.08;
export const CART_RATE_OF_RETURNING_VISITORS = 0.15;
/** Sessions of one page view. */
export const BOUNCE_RATE = 0.3;

/**
 * Carts that are never bought: Baymard Institute's average over many studies, 70.19 % (baymard.com/lists/
 * cart-abandonment-rate). With the cart rates above, 11.4 % of sessions have a cart and 3.4 % buy; EQ4 2015
 * measured 3.5 % for the same sessions.
 */
export const CART_ABANDONMENT_RATE = 0.7019;

/** Bold Commerce, "The Checkout Benchmark", 3 million checkout sessions, Q3 2021 (boldcommerce.com). */
export const CHECKOUT_COMPLETION_ON_DESKTOP = 0.525;
export const CHECKOUT_COMPLETION_ON_MOBILE = 0.424;
export const MOBILE_SHARE_OF_SESSIONS = 0.7;
export const MOBILE_SHARE_OF_CHECKOUTS = 0.555;

/** Derived from the four above: completed checkouts must be the carts that Baymard does not count as abandoned. */
export const CHECKOUT_COMPLETION =
  MOBILE_SHARE_OF_CHECKOUTS * CHECKOUT_COMPLETION_ON_MOBILE +
  (1 - MOBILE_SHARE_OF_CHECKOUTS) * CHECKOUT_COMPLETION_ON_DESKTOP;
export const CHECKOUT_RATE_OF_CARTS = (1 - CART_ABANDONMENT_RATE) / CHECKOUT_COMPLETION;

/**
 * Assumed, of sessions. Reports count robots by requests (about half of all, by Imperva's "Bad Bot Report" of 2024), but
 * few of them run a page's scripts, and only those reach a tracker.
 */
export const ROBOT_SHARE_OF_SESSIONS = 0.02;

/** The contract's "about one event in five"; how visitors and later logins share it is assumed. */
export const SHARE_OF_EVENTS_WITHOUT_USER = 0.2;

/**
 * Trouble on the way through a checkout, as shares of checkouts: forms that fail, once or a few times in a row, and a page that
 * takes many times as long as usual. Assumed: no source counts either by checkout.
 */
export const CHECKOUTS_WITH_FAILING_FORMS = 0.04;
export const CHECKOUTS_WITH_A_SLOW_PAGE = 0.02;
