import { journeyAlertTypes } from './alert.ts';
import { longestSnoozeMs, ruleNamePattern, type RuleDefinition } from './alert-rule.ts';
import { ruleMetrics, metricNames } from './rule-metrics.ts';
import { figureOf, titleOf } from './rule-words.ts';

export interface RuleProblem {
  /** As in `rules.yaml`. */
  readonly field: string;
  readonly problem: string;
}

const second = 1_000;
const day = 24 * 60 * 60 * second;
export const shortestEveryMs = 5 * second;
export const longestSqlCharacters = 8_000;

/** What makes a definition impossible, or never to be true or to end; empty for one that can be applied. */
export function problemsOf(definition: RuleDefinition): RuleProblem[] {
  const { name, measure, everyMs, windowMs, forMs, cooldownMs, minimumSample } = definition;
  const problems: RuleProblem[] = [];
  const add = (field: string, problem: string): void => void problems.push({ field, problem });
  if (!ruleNamePattern.test(name))
    add('name', 'expected a small letter, then small letters, digits or _, 63 characters at most');
  if (journeyAlertTypes.some((type) => type === name)) add('name', 'journeys say alerts of this type');
  if ('sql' in measure) {
    if (minimumSample > 1) add('minimum_sample', 'own SQL gives one number and no count of samples');
    if (!/^\s*(select|with|values|table)\b/i.test(measure.sql))
      add('sql', 'expected one SELECT: a rule only reads');
    if (measure.sql.length > longestSqlCharacters)
      add('sql', `expected at most ${longestSqlCharacters.toLocaleString('en-US')} characters`);
  } else if (ruleMetrics[measure.metric] === undefined) {
    add('metric', `there is no metric ${measure.metric}; there are ${metricNames.join(', ')}`);
  }
  if (!(everyMs >= shortestEveryMs && everyMs <= day)) add('every', 'expected a duration from 5s to 24h');
  if (!(windowMs >= second && windowMs <= 31 * day)) add('window', 'expected a duration from 1s to 31d');
  if (!(forMs >= 0 && forMs <= 7 * day)) add('for', 'expected a duration up to 7d');
  if (!(cooldownMs >= 0 && cooldownMs <= longestSnoozeMs)) add('cooldown', 'expected a duration up to 30d');
  if (!(Number.isSafeInteger(minimumSample) && minimumSample >= 0))
    add('minimum_sample', 'expected a whole number from 0 on');
  return [...problems, ...problemsOfThreshold(definition)];
}

function problemsOfThreshold({ measure, side, threshold, resolveAt }: RuleDefinition): RuleProblem[] {
  const field = side;
  if (!Number.isFinite(threshold)) return [{ field, problem: 'expected a finite number' }];
  const isBehind = side === 'above' ? resolveAt <= threshold : resolveAt >= threshold;
  if (!Number.isFinite(resolveAt) || !isBehind) {
    const direction = side === 'above' ? 'at most' : 'at least';
    return [{ field: 'resolve_at', problem: `expected ${direction} the threshold, ${threshold}` }];
  }
  const metric = 'sql' in measure ? undefined : ruleMetrics[measure.metric];
  if (metric === undefined) return [];
  const { least, most } = metric;
  const never = side === 'above' ? threshold >= most : threshold <= least;
  const always = side === 'above' ? threshold < least : threshold > most;
  const resolvesNever = side === 'above' ? resolveAt < least : resolveAt > most;
  const bounds = `${titleOf(measure)} is never ${side === 'above' && never ? 'above' : 'below'}`;
  if (never)
    return [
      {
        field,
        problem: `${bounds} ${figureOf(measure, side === 'above' ? most : least)}: the rule could never be true`,
      },
    ];
  if (always)
    return [{ field, problem: 'every possible value is on this side: the rule would always be true' }];
  if (resolvesNever)
    return [{ field: 'resolve_at', problem: 'no possible value is there: the rule would never resolve' }];
  return [];
}
