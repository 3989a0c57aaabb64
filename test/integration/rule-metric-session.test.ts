/**
 * Protects: what metrics are measured on, in the worker too, can change nothing and ends what hangs or waits; and rules that ask
 * for the same number at the same instant cost one query.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { QueryConfig } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { createEvaluateRule } from '../../activities/evaluate-rule.ts';
import { createMeasureMetric, metricSession } from '../../activities/measure-metric.ts';
import { connectPostgres, type Database } from '../../connections/postgres.ts';
import { alertRuleWorkflowId, type RuleQuestion } from '../../events/alert-rule.ts';
import { hour, measured, minute, nothing } from '../support/alert-rule.ts';
import { aisleWith } from '../support/aisle-command.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { readings } from '../support/metric-rows.ts';
import { waitUntil } from '../support/wait-until.ts';

const at = Date.UTC(2026, 2, 2, 12);

let deployment: Deployment;
/** As the worker connects for metrics. */
let metrics: Database;

beforeAll(async () => {
  deployment = await deploy();
  await deployment.migrate();
  metrics = connectPostgres(
    deployment.settings,
    deployment.log,
    'aisle-test-metrics',
    'writer',
    metricSession,
  );
});

afterAll(async () => {
  await metrics.end();
  await deployment.close();
});

beforeEach(() => deployment.owner.query('TRUNCATE system_metrics'));

const asked = (metric: string, differences: Partial<RuleQuestion> = {}): RuleQuestion => ({
  ...{ rule: 'a_rule', measure: { metric }, gaps: [], at, windowMs: 5 * minute },
  ...differences,
});

/** Holds a table, as a migration does, while `work` is done. */
async function holding<Result>(table: string, work: () => Promise<Result>): Promise<Result> {
  const session = await deployment.owner.connect();
  try {
    await session.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    return await work();
  } finally {
    await session.query('ROLLBACK');
    session.release();
  }
}

test('the session has its rules from its first statement on', async () => {
  const { rows } = await metrics.query<{ name: string; setting: string }>(
    'SELECT name, setting FROM pg_settings WHERE name = ANY($1)',
    [['statement_timeout', 'lock_timeout', 'default_transaction_read_only', 'plan_cache_mode']],
  );
  expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
    statement_timeout: '15000',
    lock_timeout: '1000',
    default_transaction_read_only: 'on',
    plan_cache_mode: 'force_custom_plan',
  });
});

test('it cannot write what its login may write', async () => {
  const write = `INSERT INTO system_metrics (metric_name, metric_value) VALUES ('level', 1)`;
  const hidden = `WITH written AS (${write} RETURNING 1) SELECT count(*) FROM written`;
  for (const statement of [write, hidden])
    await expect(metrics.query(statement)).rejects.toMatchObject({ code: '25006' });
  const count = 'SELECT count(*)::int AS written FROM system_metrics';
  expect((await metrics.query(count)).rows).toEqual([{ written: 0 }]);
  for (const statement of [write, hidden]) await deployment.database.query(statement);
  expect((await metrics.query(count)).rows).toEqual([{ written: 2 }]);
});

test('the server ends a statement that takes too long, and the connection is good for the next', async () => {
  const hasty = { ...metricSession, statementLimitMs: 300 };
  const settings = { ...deployment.settings, DB_POOL_SIZE: 1 };
  const database = connectPostgres(settings, deployment.log, 'aisle-test-metrics', 'writer', hasty);
  try {
    await readings('journeys_running', [7, at])(deployment.database);
    await expect(database.query('SELECT pg_sleep(90)')).rejects.toMatchObject({ code: '57014' });
    expect(await createMeasureMetric(database)('journeys_running', asked('journeys_running'))).toEqual(
      measured(7, 1),
    );
  } finally {
    await database.end();
  }
});

test('a metric that cannot read its table says so soon, and is asked again', async () => {
  const measure = createMeasureMetric(metrics);
  const question = asked('journeys_running');
  await holding('system_metrics', () =>
    expect(measure('journeys_running', question)).rejects.toMatchObject({ code: '55P03' }),
  );
  expect(await measure('journeys_running', question)).toEqual(nothing);
});

test('rules that ask for the same metric, window and instant share a query, and one runs at a time', async () => {
  const counting = countingQueries(metrics);
  const { measureRule } = createEvaluateRule({
    ...{ database: deployment.database, metrics: counting.database, readers: deployment.database },
  });
  const ofMany = (metric: string, differences?: Partial<RuleQuestion>) =>
    Array.from({ length: 20 }, (_, n) => measureRule(asked(metric, { ...differences, rule: `rule_${n}` })));
  await readings('journeys_running', [7, at], [5, at - 10 * minute])(deployment.database);
  const first = await Promise.all(ofMany('journeys_running'));
  expect(first).toEqual(first.map(() => measured(7, 1)));
  expect(counting.counts).toEqual({ queries: 1, running: 0, most: 1 });
  await deployment.owner.query('TRUNCATE system_metrics');
  expect(await Promise.all(ofMany('journeys_running'))).toEqual(first);
  expect(counting.counts.queries).toBe(1);

  await readings('journeys_running', [5, at - 10 * minute])(deployment.database);
  const others = await Promise.all([
    ...ofMany('journeys_running', { at: at - 10 * minute }),
    ...ofMany('journeys_running', { windowMs: hour }),
    ...ofMany('consumer_lag'),
  ]);
  expect(others.filter((_, n) => n % 20 === 0)).toEqual([measured(5, 1), measured(5, 1), nothing]);
  expect(counting.counts).toEqual({ queries: 4, running: 0, most: 1 });
});

function countingQueries(database: Database) {
  const counts = { queries: 0, running: 0, most: 0 };
  const query = async (config: QueryConfig) => {
    counts.queries += 1;
    counts.running += 1;
    counts.most = Math.max(counts.most, counts.running);
    try {
      return await database.query(config);
    } finally {
      counts.running -= 1;
    }
  };
  return { counts, database: { query } as unknown as Database };
}

test('the worker measures on such a session: one that waits for a lock is given up', async () => {
  const name = `left_behind_${randomBytes(3).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), 'aisle-rules-'));
  const worker = deployment.start('worker');
  try {
    await worker.ready;
    const file = join(folder, 'rules.yaml');
    await writeFile(file, `rules:\n  ${name}: { metric: cart_abandonment, above: 0.5, every: 5s }\n`);
    const waiting = async () => {
      const { rows } = await deployment.administrator.query(
        `SELECT FROM pg_stat_activity
         WHERE application_name = 'aisle-metrics' AND datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows.length;
    };
    await holding('abandonments', async () => {
      expect(await aisleWith(deployment.environment, 'rules', 'apply', file)).toMatchObject({ code: 0 });
      await waitUntil('it waits', waiting, (count) => count === 1);
      // Another session of the worker would wait for a minute.
      await waitUntil('it waits no longer', waiting, (count) => count === 0, { longestMs: 20_000 });
    });
  } finally {
    const rule = deployment.temporal.workflow.getHandle(alertRuleWorkflowId(name));
    await rule.terminate('the test is over').catch(() => undefined);
    await worker.stop();
    await rm(folder, { recursive: true });
  }
});
