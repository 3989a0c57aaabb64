/**
 * Protects: a wrong rule is refused before anything happens, with its line, its name and its field; the delivered rules are
 * the eight that are promised; each metric that a rule can name has its statement and its place in the documentation.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { parseRules, readRulesFile } from '../../cli/rules/read-rules.ts';
import { projectRoot } from '../../connections/sql-file.ts';
import { changesBetween } from '../../events/rule-changes.ts';
import { metricNames } from '../../events/rule-metrics.ts';
import { messageOf } from '../../events/rule-words.ts';
import { SetupError } from '../../stack/setup-error.ts';
import { minute, ruleDefinition, second } from '../support/alert-rule.ts';

const delivered = join(projectRoot, 'rules.yaml');

const refusalOf = (text: string): string => {
  try {
    parseRules(text, 'rules.yaml');
  } catch (error) {
    if (error instanceof SetupError) return error.message;
    throw error;
  }
  return 'taken';
};

/** A rule with these lines on top of what every rule needs. */
const rule = (...lines: string[]): string =>
  `rules:\n  slow:\n${lines.map((line) => `    ${line}\n`).join('')}`;

describe('rules.yaml as delivered', () => {
  it('has the promised rules with their thresholds and times', async () => {
    const rules = await readRulesFile(delivered);
    expect(
      rules.map(({ name, threshold, side, windowMs, forMs }) => [name, side, threshold, windowMs, forMs]),
    ).toEqual([
      ['high_consumer_lag', 'above', 1000, minute, 5 * minute],
      ['low_conversion_rate', 'below', 0.02, 10 * minute, 0],
      ['high_cart_abandonment', 'above', 0.8, 15 * minute, 0],
      ['error_rate_spike', 'above', 0.05, 2 * minute, 0],
      ['slow_page_load', 'above', 3, 5 * minute, 0],
      ['low_traffic', 'below', 100, 10 * minute, 0],
      ['revenue_drop', 'below', 0.5, 60 * minute, 0],
      ['stock_pressure', 'above', 3, 60 * minute, 0],
    ]);
  });
});

describe('a wrong file', () => {
  it.each([
    ['no rules', 'other: 1', /^rules\.yaml:1: /],
    ['not YAML', 'rules: [', /^rules\.yaml:1: /],
    [
      'a rule twice',
      'rules:\n  a: {metric: events, above: 1}\n  a: {metric: events, above: 1}',
      /^rules\.yaml:3: .*unique/,
    ],
    [
      'a name with capitals',
      'rules:\n  Slow: {metric: events, above: 1}',
      /^rules\.yaml:2: Slow: expected a small letter/,
    ],
    [
      "a journey's alert",
      'rules:\n  cart_abandoned: {metric: events, above: 1}',
      /journeys say alerts of this type/,
    ],
    [
      'a text for a rule',
      'rules:\n  slow: yes please',
      /^rules\.yaml:2: slow: expected the fields of a rule$/,
    ],
  ])('%s', (_, text, problem) => expect(refusalOf(text)).toMatch(problem));

  it.each([
    [
      'an unknown field',
      rule('metric: events', 'above: 1', 'treshold: 2'),
      '5: slow.treshold: there is no such field',
    ],
    [
      'an unknown metric',
      rule('above: 1', 'metric: speed'),
      /4: slow\.metric: there is no metric speed; there are .*events/,
    ],
    ['no metric', rule('above: 1'), '2: slow.metric: expected either metric or sql, and not both'],
    ['metric and SQL', rule('metric: events', 'sql: SELECT 1', 'above: 1'), /4: slow\.sql: expected either/],
    ['no threshold', rule('metric: events'), '2: slow.above: expected either above or below, and not both'],
    ['both thresholds', rule('metric: events', 'above: 1', 'below: 2'), /5: slow\.below: expected either/],
    ['a text as threshold', rule('metric: events', 'above: much'), '4: slow.above: expected a number'],
    [
      'a threshold that is no number',
      rule('metric: events', 'above: .nan'),
      /4: slow\.above: expected a number/,
    ],
    [
      'a share that no share is above',
      rule('metric: error_rate', 'above: 1.2'),
      /4: slow\.above: .* never above 100 %: the rule could never be true/,
    ],
    [
      'a number that none is below',
      rule('metric: events', 'below: 0'),
      /4: slow\.below: .* never below 0 events: the rule could never be true/,
    ],
    [
      'a threshold that all are above',
      rule('metric: events', 'above: -1'),
      /4: slow\.above: .*always be true/,
    ],
    [
      'a way back on the wrong side',
      rule('metric: events', 'above: 5', 'resolve_at: 6'),
      '5: slow.resolve_at: expected at most the threshold, 5',
    ],
    [
      'a way back that nothing reaches',
      rule('metric: events', 'above: 5', 'resolve_at: -1'),
      /5: slow\.resolve_at: .*never resolve/,
    ],
    [
      'a duration without its unit',
      rule('metric: events', 'above: 1', 'for: 5'),
      '5: slow.for: expected a duration such as 30s, 5m or 2h',
    ],
    [
      'evaluations without a pause',
      rule('metric: events', 'above: 1', 'every: 1s'),
      '5: slow.every: expected a duration from 5s to 24h',
    ],
    [
      'a window without an extent',
      rule('metric: events', 'above: 1', 'window: 0s'),
      /5: slow\.window: expected/,
    ],
    [
      'an unknown policy',
      rule('metric: events', 'above: 1', 'no_data: shout'),
      '5: slow.no_data: expected one of keep, fire, resolve',
    ],
    [
      'SQL that is no SELECT',
      rule('above: 1', 'sql: DELETE FROM events'),
      '4: slow.sql: expected one SELECT: a rule only reads',
    ],
    [
      'SQL with a minimum sample',
      rule('above: 1', 'sql: SELECT 1', 'minimum_sample: 5'),
      /5: slow\.minimum_sample: own SQL/,
    ],
    [
      'half a sample',
      rule('metric: events', 'above: 1', 'minimum_sample: 0.5'),
      /5: slow\.minimum_sample: expected a whole number/,
    ],
  ])('%s', (_, text, problem) => {
    expect(refusalOf(text)).toMatch(typeof problem === 'string' ? `rules.yaml:${problem}` : problem);
    expect(refusalOf(text).split('\n')).toHaveLength(1);
  });

  it('says everything at once, in the order of the lines', () => {
    const text =
      'rules:\n  one: {metric: events}\n  two:\n    metric: events\n    above: 1\n    window: never';
    expect(refusalOf(text)).toMatch(/^rules\.yaml:2: one\.above: .*\nrules\.yaml:6: two\.window: .*$/);
  });
});

describe('metrics', () => {
  it.each(metricNames)('%s has its statement and is documented', (name) => {
    expect(existsSync(join(projectRoot, 'sql', 'metrics', `${name}.sql`))).toBe(true);
    expect(readFileSync(join(projectRoot, 'docs', 'alert-rules.md'), 'utf8')).toContain(`| \`${name}\``);
  });
});

describe('in words', () => {
  const definition = ruleDefinition({
    measure: { metric: 'conversion_rate' },
    side: 'below',
    threshold: 0.02,
    windowMs: 10 * minute,
  });
  const said = { definition, firedAt: 0, at: 0, value: 0.0123, samples: 1240, subject: null, by: 'rule' };

  it('an alert says figure, threshold and window, and its end for how long', () => {
    expect(messageOf({ ...said, status: 'firing' })).toBe(
      'Conversion is 1.23 %, below 2 %, over the last 10 minutes (1,240 active shoppers)',
    );
    expect(messageOf({ ...said, status: 'resolved', at: 180 * second, value: 0.025 })).toBe(
      'Conversion is 2.5 %, no longer below 2 %, after 3 minutes',
    );
    expect(
      messageOf({ ...said, status: 'firing', value: null, definition: { ...definition, forMs: 5 * minute } }),
    ).toBe('Conversion: nothing to measure in the last 10 minutes, and has been for 5 minutes');
  });

  it('a change is said field by field, and SQL is not repeated', () => {
    const before = ruleDefinition({ measure: { sql: 'SELECT 1', unit: '' } });
    const after = { ...before, measure: { sql: 'SELECT 2', unit: '' }, threshold: 20, resolveAt: 20 };
    expect(changesBetween(before, after)).toEqual(['sql', 'above: 10 → 20', 'resolve_at: 10 → 20']);
    expect(changesBetween(before, before)).toEqual([]);
  });
});
