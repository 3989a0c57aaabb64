/**
 * Deadlines short enough for a minute's visit. The simulated shop's demo profile is made for these: its users are
 * never still for 6 s and return after 13 s.
 */
const shortDeadlines = {
  SESSION_GAP: '10s',
  CART_ABANDON_AFTER: '10s',
  CHECKOUT_ABANDON_AFTER: '6s',
  RECOVERY_WINDOW: '10m',
  ALERT_COOLDOWN: '20s',
  ROLL_UP_EVERY: '2s',
} as const;

/** The short deadlines, but for those that whoever starts the demo has set. */
export function demoEnvironment(given: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(shortDeadlines).filter(([name]) => !given[name]));
}
