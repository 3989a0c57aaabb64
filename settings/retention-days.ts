import { z } from 'zod';

/**
 * How many days each table keeps its rows where nothing else is set. The names are those of the table `retention`: who adds
 * one there adds it here. A year and a month let the same weeks of two years be compared.
 */
export const usualRetentionDays = {
  events: 90,
  user_activity: 90,
  user_sessions: 400,
  funnel_steps: 400,
  carts: 400,
  purchases: 400,
  abandonments: 400,
  journey_segments: 400,
  identities: 400,
  orders: 400,
  hourly_funnel: 400,
  hourly_pages: 400,
  hourly_products: 400,
  daily_load_times: 400,
  alerts: 400,
  system_metrics: 90,
  rule_evaluations: 30,
  rule_gaps: 400,
  replayed_dead_letters: 400,
  journey_keys: 7,
} as const satisfies Record<string, number>;

export type RetainedTable = keyof typeof usualRetentionDays;
export type RetentionDays = Readonly<Record<RetainedTable, number>>;

const mostDays = 3650;
const expectation =
  `expected tables with their days, from 1 to ${mostDays}, such as events=30,alerts=90; ` +
  `the tables are ${Object.keys(usualRetentionDays).join(', ')}`;

/** Days by table such as `events=90,alerts=400`, each table at most once; a table that is not named keeps its usual days. */
export const retentionDays = z
  .string()
  .default('')
  .transform((text, context): RetentionDays => {
    const days: Record<RetainedTable, number> = { ...usualRetentionDays };
    const named = new Set<string>();
    for (const entry of text === '' ? [] : text.split(',')) {
      const [, table = '', number = ''] = /^\s*([a-z_]+)\s*=\s*(\d{1,4})\s*$/.exec(entry) ?? [];
      const isRight =
        isRetained(table) && !named.has(table) && Number(number) >= 1 && Number(number) <= mostDays;
      if (!isRight) {
        context.addIssue({ code: 'custom', message: expectation });
        return z.NEVER;
      }
      named.add(table);
      days[table] = Number(number);
    }
    return days;
  });

const isRetained = (table: string): table is RetainedTable => Object.hasOwn(usualRetentionDays, table);
