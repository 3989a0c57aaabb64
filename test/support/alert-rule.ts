import type { Measurement, RuleDefinition } from '../../events/alert-rule.ts';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;

/** A rule that is true above 10, evaluated each minute, without any delay in what it says. */
export const ruleDefinition = (differences: Partial<RuleDefinition> = {}): RuleDefinition => ({
  name: 'many_things',
  description: '',
  measure: { metric: 'consumer_lag' },
  side: 'above',
  threshold: 10,
  resolveAt: 10,
  windowMs: 5 * minute,
  everyMs: minute,
  forMs: 0,
  cooldownMs: 0,
  minimumSample: 1,
  noData: 'keep',
  severity: 'warning',
  ...differences,
});

export const measured = (value: number, samples = 100): Measurement => ({ kind: 'value', value, samples });
export const nothing: Measurement = { kind: 'no data' };
export const broken: Measurement = { kind: 'error', problem: 'its SQL is wrong' };
