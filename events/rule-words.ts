import type { Measurement, RuleAnnouncement, RuleDefinition } from './alert-rule.ts';
import { inWords } from './duration-in-words.ts';
import { ruleMetrics } from './rule-metrics.ts';

type Measure = RuleDefinition['measure'];

export const titleOf = (measure: Measure): string =>
  'sql' in measure ? 'The value' : (ruleMetrics[measure.metric]?.title ?? measure.metric);

const unitOf = (measure: Measure): string =>
  'sql' in measure ? measure.unit : (ruleMetrics[measure.metric]?.unit ?? '');

/** A measured value as people say it: a share as per cent, others with thousands apart and their unit. */
export function figureOf(measure: Measure, value: number): string {
  const unit = unitOf(measure);
  if (unit === 'share') return `${rounded(value * 100)} %`;
  return unit === '' ? rounded(value) : `${rounded(value)} ${unit}`;
}

/** When the rule is true: `consumer lag above 1,000 messages over 1 minute, for 5 minutes`. */
export function conditionOf({ measure, side, threshold, windowMs, forMs }: RuleDefinition): string {
  const title = titleOf(measure);
  const lasting = forMs > 0 ? `, for ${inWords(forMs)}` : '';
  return `${title.charAt(0).toLowerCase()}${title.slice(1)} ${side} ${figureOf(measure, threshold)} over ${inWords(windowMs)}${lasting}`;
}

/** What was measured, in words: `1.2 % (1,240 active shoppers)`. */
export function measuredOf({ measure, minimumSample }: RuleDefinition, measurement: Measurement): string {
  if (measurement.kind === 'no data') return 'nothing to measure';
  if (measurement.kind === 'error') return measurement.problem;
  const { value, samples, subject } = measurement;
  const few = samples < minimumSample ? `, fewer than ${minimumSample}` : '';
  const about = subject === undefined ? '' : `${subject}: `;
  const sample = 'sql' in measure ? '' : ` (${sampleOf(measure, samples)}${few})`;
  return `${about}${figureOf(measure, value)}${sample}`;
}

/** The sentence of an alert: the figure, the threshold and the window. */
export function messageOf(announcement: RuleAnnouncement): string {
  const { definition, status, value, samples, subject, firedAt, at, by } = announcement;
  const { measure, side, threshold, windowMs, forMs } = definition;
  const limit = figureOf(measure, threshold);
  if (status === 'resolved') {
    const lasted = `after ${inWords(at - firedAt)}`;
    if (by !== byTheRule) return `${definition.name} was removed by ${by}, ${lasted}`;
    if (value === null) return `${titleOf(measure)}: nothing to measure any more, ${lasted}`;
    return `${titleOf(measure)} is ${figureOf(measure, value)}, no longer ${side} ${limit}, ${lasted}`;
  }
  const lasting = forMs > 0 ? `, and has been for ${inWords(forMs)}` : '';
  if (value === null)
    return `${titleOf(measure)}: nothing to measure in the last ${inWords(windowMs)}${lasting}`;
  const about = subject === null ? '' : ` of ${subject}`;
  const sample = 'sql' in measure ? '' : ` (${sampleOf(measure, samples)})`;
  return `${titleOf(measure)}${about} is ${figureOf(measure, value)}, ${side} ${limit}, over the last ${inWords(windowMs)}${sample}${lasting}`;
}

export const byTheRule = 'rule';

const sampleOf = ({ metric }: { readonly metric: string }, samples: number): string =>
  `${whole.format(samples)} ${ruleMetrics[metric]?.sampled ?? 'samples'}`;

/** Made once: the making is what costs. */
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const tiny = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 });

/** Two digits behind the point at most, and never a small figure as zero. */
function rounded(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return whole.format(value);
  return (value !== 0 && size < 0.01 ? tiny : fine).format(value);
}
