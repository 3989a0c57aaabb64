/**
 * Protects: each metric that a rule can name is the number that docs/alert-rules.md promises, worked out here by hand from a few
 * rows: its value, its samples and what it is about, to the millisecond at both ends of the window, and nothing where there is none.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { createMeasureMetric } from '../../activities/measure-metric.ts';
import { migrate } from '../../connections/migrate.ts';
import type { Measurement } from '../../events/alert-rule.ts';
import { metricNames } from '../../events/rule-metrics.ts';
import { nothing } from '../support/alert-rule.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { end, figures, start } from '../support/metric-figures.ts';

let deployment: Deployment;

beforeAll(async () => {
  deployment = await deploy();
  await migrate(deployment.settings, deployment.log);
});

afterAll(() => deployment.close());

beforeEach(() =>
  deployment.owner.query('TRUNCATE system_metrics, events, user_activity, carts, purchases, abandonments'),
);

const measure = (metric: string): Promise<Measurement> =>
  createMeasureMetric(deployment.database)(metric, {
    ...{ rule: 'a_rule', measure: { metric }, gaps: [] },
    ...{ at: end, windowMs: end - start },
  });

const cases = Object.entries(figures).flatMap(([metric, all]) =>
  all.map(([what, found, ...given]) => ({ metric, what, found, given })),
);

test.each(cases)('$metric: $what', async ({ metric, found, given }) => {
  for (const put of given) await put(deployment.database);
  expect(await measure(metric)).toEqual(found);
});

test('every metric has a figure here, and is nothing where tables are empty', async () => {
  const shown = new Set(cases.filter(({ found }) => found.kind === 'value').map(({ metric }) => metric));
  expect([...shown]).toEqual(metricNames);
  for (const metric of metricNames) expect([metric, await measure(metric)]).toEqual([metric, nothing]);
});
