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
});
