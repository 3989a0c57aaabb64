import { z } from 'zod';

import { noDataPolicies, type RuleDefinition } from '../../events/alert-rule.ts';
import { parseDuration } from '../../settings/duration.ts';

const duration = (fallback: string) =>
  z
    .string('expected a duration such as 30s, 5m or 2h')
    .default(fallback)
    .transform((text, context) => {
      const value = parseDuration(text);
      if (Number.isFinite(value)) return Math.round(value);
      context.addIssue({ code: 'custom', message: 'expected a duration such as 30s, 5m or 2h' });
      return z.NEVER;
    });

const number = z.number('expected a number');

/** One rule as it stands in the file, without its name. */
export const ruleSchema = z
  .strictObject({
    description: z.string('expected a text').default(''),
    metric: z.string('expected the name of a metric').optional(),
    sql: z.string('expected one SELECT').optional(),
    unit: z.string('expected a text').optional(),
    above: number.optional(),
    below: number.optional(),
    resolve_at: number.optional(),
    window: duration('5m'),
    every: duration('1m'),
    for: duration('0s'),
    cooldown: duration('15m'),
    minimum_sample: z.int('expected a whole number').default(1),
    no_data: z.enum(noDataPolicies, `expected one of ${noDataPolicies.join(', ')}`).default('keep'),
    severity: z
      .enum(['info', 'warning', 'error', 'critical'], 'expected one of info, warning, error, critical')
      .default('warning'),
  })
  .superRefine((rule, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if ((rule.metric === undefined) === (rule.sql === undefined))
      refuse(rule.sql === undefined ? 'metric' : 'sql', 'expected either metric or sql, and not both');
    if ((rule.above === undefined) === (rule.below === undefined))
      refuse(rule.below === undefined ? 'above' : 'below', 'expected either above or below, and not both');
    if (rule.unit !== undefined && rule.sql === undefined) refuse('unit', 'a metric has its own unit');
  });

export type RuleInFile = z.output<typeof ruleSchema>;

export function definitionOf(name: string, rule: RuleInFile): RuleDefinition {
  const side = rule.above === undefined ? 'below' : 'above';
  const threshold = rule.above ?? rule.below ?? Number.NaN;
  return {
    ...{ name, side, threshold },
    description: rule.description,
    measure:
      rule.sql === undefined ? { metric: rule.metric ?? '' } : { sql: rule.sql, unit: rule.unit ?? '' },
    resolveAt: rule.resolve_at ?? threshold,
    windowMs: rule.window,
    everyMs: rule.every,
    forMs: rule.for,
    cooldownMs: rule.cooldown,
    minimumSample: rule.minimum_sample,
    noData: rule.no_data,
    severity: rule.severity,
  };
}
