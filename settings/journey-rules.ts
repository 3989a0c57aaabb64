import type { CheckoutTroubleRules } from '../events/checkout-trouble.ts';
import type { JourneyRules } from '../events/letter.ts';
import type { Settings } from './settings.ts';

/** What a journey needs to know of the settings. */
export const rulesOf = (settings: Settings): JourneyRules => ({
  sessionGapMs: settings.SESSION_GAP,
  cartAbandonAfterMs: settings.CART_ABANDON_AFTER,
  checkoutAbandonAfterMs: settings.CHECKOUT_ABANDON_AFTER,
  recoveryWindowMs: settings.RECOVERY_WINDOW,
  alertCooldownMs: settings.ALERT_COOLDOWN,
  lateGraceMs: settings.LATE_GRACE,
  idleAfterMs: settings.JOURNEY_IDLE_AFTER,
  checkoutTrouble: troubleRulesOf(settings),
});

export const troubleRulesOf = (settings: Settings): CheckoutTroubleRules => ({
  failures: settings.CHECKOUT_TROUBLE_FAILURES,
  submissions: settings.CHECKOUT_TROUBLE_SUBMISSIONS,
  windowMs: settings.CHECKOUT_TROUBLE_WINDOW,
  slowFactor: settings.CHECKOUT_SLOW_FACTOR,
  slowFromSeconds: settings.CHECKOUT_SLOW_FROM / 1000,
});
