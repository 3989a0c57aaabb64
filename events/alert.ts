/** The alerts of journeys; rule alerts carry the rule's name as their type. */
export const journeyAlertTypes = [
  'cart_abandoned',
  'checkout_abandoned',
  'cart_recovered',
  'checkout_trouble',
] as const;
export type JourneyAlertType = (typeof journeyAlertTypes)[number];

export type Severity = 'info' | 'warning' | 'error' | 'critical';

/** As published on the `alerts` topic and kept in the `alerts` table. */
export interface Alert {
  /** Stable: the same fact has the same id however often it is said. */
  readonly alert_id: string;
  readonly alert_type: string;
  readonly severity: Severity;
  readonly message: string;
  /** ISO 8601, UTC: when what it reports became true. */
  readonly timestamp: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}
