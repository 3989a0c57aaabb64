import type { Measurement, RuleDefinition } from '../../events/alert-rule.ts';

/**
 * Whether a measurement makes a rule true. A firing rule is true until the value is back behind `resolve_at` (hysteresis);
 * `unknown` changes nothing about an alert.
 */
export function judge(
  { side, threshold, resolveAt, minimumSample, noData }: RuleDefinition,
  measurement: Measurement,
  isFiring: boolean,
): boolean | 'unknown' {
  if (measurement.kind === 'error') return 'unknown';
  if (measurement.kind === 'no data') return noData === 'keep' ? 'unknown' : noData === 'fire';
  // Few samples are no sign that nothing comes any more: they may end an alert, and never make one.
  if (measurement.samples < minimumSample) return noData === 'resolve' ? false : 'unknown';
  const bound = isFiring ? resolveAt : threshold;
  return side === 'above' ? measurement.value > bound : measurement.value < bound;
}
