export interface RuleMetric {
  /** As it begins a sentence. */
  readonly title: string;
  /** How values are said: a share as per cent, others with this behind them. */
  readonly unit: string;
  /** What `samples` counts, in the plural. */
  readonly sampled: string;
  /** No value lies outside. */
  readonly least: number;
  readonly most: number;
}

const positive = { least: 0, most: Number.POSITIVE_INFINITY };
const share = { unit: 'share', least: 0, most: 1 };

/**
 * What a rule can measure by name. Each has its statement in `sql/metrics/`, and says in docs/alert-rules.md what exactly
 * it counts.
 */
export const ruleMetrics: Readonly<Record<string, RuleMetric>> = {
  consumer_lag: { title: 'Consumer lag', unit: 'messages', sampled: 'readings', ...positive },
  error_rate: { title: 'The share of unusable events', sampled: 'events', ...share },
  events: { title: 'Traffic', unit: 'events', sampled: 'readings', ...positive },
  conversion_rate: { title: 'Conversion', sampled: 'active shoppers', ...share },
  cart_abandonment: { title: 'Cart abandonment', sampled: 'ended carts', ...share },
  page_load_seconds: { title: 'The average page load', unit: 's', sampled: 'page views', ...positive },
  page_load_p95_seconds: {
    title: 'The page load of the slowest 5 %',
    unit: 's',
    sampled: 'page views',
    ...positive,
  },
  revenue_ratio: {
    title: 'Revenue against the same time of the weeks before',
    unit: 'times the usual',
    sampled: 'weeks',
    ...positive,
  },
  cart_pressure: {
    title: 'Carts with one product',
    unit: 'times the usual',
    sampled: 'carts',
    ...positive,
  },
  journeys_running: { title: 'Running journeys', unit: 'journeys', sampled: 'readings', ...positive },
  letter_events: { title: 'Events in a letter', unit: 'events', sampled: 'readings', ...positive },
};

export const metricNames = Object.keys(ruleMetrics);
