/**
 * Protects: rules applied by command fire and resolve on real servers, once each in the table and on the topic; SQL that writes,
 * hangs, peeks or gives two rows does no harm and is said; a worker that is away leaves a recorded gap; every step is audited.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import type { Alert } from '../../events/alert.ts';
import type { RuleView } from '../../workflows/alert-rule/view.ts';
import { aisleWith, type CommandResult } from '../support/aisle-command.ts';
import type { AisleProcess } from '../support/aisle-process.ts';
import { deploy, type Deployment } from '../support/deployment.ts';
import { readJsonTopic } from '../support/topic.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Workflow ids are shared by all files of the run. */
const own = randomBytes(3).toString('hex');
const level = `level_${own}`;

let deployment: Deployment;
let worker: AisleProcess;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aisle-rules-'));
  deployment = await deploy();
  await deployment.migrate();
  worker = deployment.start('worker');
  await worker.ready;
});
afterAll(async () => {
  const { workflow } = deployment.temporal;
  const query = `TaskQueue = '${deployment.settings.TEMPORAL_TASK_QUEUE}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of workflow.list({ query }))
    await workflow.getHandle(workflowId).terminate('the test is over');
  await deployment.close();
  await rm(folder, { recursive: true });
});

const rules = (...words: string[]): Promise<CommandResult> =>
  aisleWith(deployment.environment, 'rules', ...words);

async function apply(text: string, ...options: string[]): Promise<CommandResult> {
  await writeFile(join(folder, 'rules.yaml'), text);
  return rules('apply', join(folder, 'rules.yaml'), ...options);
}

/** A rule is asked between its evaluations: one whose SQL hangs may have to be asked twice. */
async function viewOf(name: string): Promise<RuleView> {
  const { stdout } = await waitUntil(
    `${name} shows itself`,
    () => rules('show', name, '--json'),
    ({ code }) => code === 0,
  );
  return JSON.parse(stdout) as RuleView;
}

const latestLevel =
  'SELECT metric_value FROM system_metrics WHERE metric_name = \'level\' ORDER BY "timestamp" DESC LIMIT 1';

/** What the rule reads: the test's own number, among the system's. */
const setLevel = (value: number) =>
  deployment.database.query(
    'INSERT INTO system_metrics (metric_name, metric_value, "timestamp") VALUES (\'level\', $1, clock_timestamp())',
    [value],
  );

const levelRule = (threshold: number): string => `rules:
  ${level}:
    sql: ${latestLevel}
    unit: points
    above: ${threshold}
    resolve_at: 5
    every: 5s
    cooldown: 5s
`;

test('a rule is applied, fires, is acknowledged, resolves, changes in place and ends', async () => {
  await setLevel(20);
  const dry = await apply(levelRule(10), '--dry-run');
  expect(dry.stdout).toBe(
    `+ ${level}: started\nNothing was done. It would be: 1 started, 0 changed, 0 unchanged, 0 removed.\n`,
  );
  expect(await apply(levelRule(10))).toMatchObject({ code: 0, stderr: '' });
  const { database, topics, owner } = deployment;
  const rowOf = async () =>
    (await database.query<Record<string, unknown>>('SELECT * FROM alerts WHERE alert_type = $1', [level]))
      .rows;
  const [fired] = await waitUntil('the rule has fired', rowOf, (rows) => rows.length === 1);
  expect(fired).toMatchObject({
    severity: 'warning',
    message: 'The value is 20 points, above 10 points, over the last 5 minutes',
    resolved: false,
    metadata: { status: 'firing', value: 20, threshold: 10 },
  });

  expect((await rules('ack', level)).stdout).toBe(`The alert of ${level} is acknowledged.\n`);
  const again = await rules('ack', level);
  expect(again).toMatchObject({ code: 1, stdout: '' });
  expect(again.stderr).toMatch(new RegExp(`^${level} was acknowledged already, by .*\\.\\n$`));
  expect((await rules('list')).stdout).toMatch(new RegExp(`\\n${level} +firing \\(seen\\)  .*20 points`));

  const changed = await apply(levelRule(15));
  expect(changed.stdout).toContain(`~ ${level}: changed (above: 10 → 15)`);
  expect((await apply(levelRule(15))).stdout).toContain(`= ${level}: unchanged`);
  expect(await viewOf(level)).toMatchObject({ status: 'firing', definition: { threshold: 15 } });

  await setLevel(3);
  const [resolved] = await waitUntil('the rule has resolved', rowOf, ([row]) => row?.['resolved'] === true);
  expect(resolved).toMatchObject({
    alert_id: fired?.['alert_id'],
    resolved_by: 'rule',
    metadata: { status: 'resolved', resolved_value: 3, acknowledged_by: expect.any(String) as string },
  });
  const said = await waitUntil(
    'both are on the topic',
    () => readJsonTopic<Alert>(inject('kafka'), topics.alerts.name),
    (alerts) => alerts.length >= 2,
  );
  const ofRule = said.map(({ alert_id, metadata }) => [alert_id, metadata['status']]);
  expect(ofRule).toEqual([
    [fired?.['alert_id'], 'firing'],
    [fired?.['alert_id'], 'resolved'],
  ]);

  const ended = await apply('rules: {}');
  expect(ended.stdout).toContain(`- ${level}: removed`);
  const missing = await rules('show', level);
  expect(missing).toMatchObject({ code: 1, stdout: '' });
  const { rows: audited } = await waitUntil(
    'the log has its end',
    () =>
      owner.query<{ action: string }>('SELECT action FROM audit_log WHERE subject = $1 ORDER BY entry_id', [
        level,
      ]),
    ({ rows }) => rows.length >= 4,
  );
  expect(audited.map(({ action }) => action)).toEqual(
    ['started', 'acknowledged', 'changed', 'removed'].map((what) => `rule.${what}`),
  );
});

test('SQL that writes, hangs, peeks or gives two rows is said in a sentence, and other rules go on', async () => {
  const bad: Readonly<Record<string, readonly [string, RegExp]>> = {
    [`writes_${own}`]: [
      'WITH gone AS (DELETE FROM events RETURNING 1) SELECT count(*) FROM gone',
      /its SQL writes/,
    ],
    [`locks_${own}`]: [
      "SELECT nextval('audit_log_entry_id_seq')",
      /its SQL (writes|reads what rules may not read)/,
    ],
    [`peeks_${own}`]: ['SELECT count(*) FROM identities', /its SQL reads what rules may not read/],
    [`hangs_${own}`]: ['SELECT count(*) FROM pg_sleep(60)', /took longer than 5 s/],
    [`doubles_${own}`]: ['SELECT generate_series(1, 2)', /gives more than one row/],
    [`talks_${own}`]: ["SELECT 'much'", /gives something else/],
    [`errs_${own}`]: ['SELECT nothing FROM events', /its SQL is wrong: column "nothing" does not exist/],
    [`divides_${own}`]: ['SELECT 1 / 0', /fails on a value/],
  };
  const file = ['rules:'];
  for (const [name, [sql]] of Object.entries(bad))
    file.push(`  ${name}:`, `    sql: ${JSON.stringify(sql)}`, '    above: 0', '    every: 10s');
  await setLevel(7);
  const good = levelRule(10).replace('rules:\n', '');
  expect(await apply(`${file.join('\n')}\n${good}`)).toMatchObject({ code: 0 });

  for (const [name, [, problem]] of Object.entries(bad)) {
    const view = await waitUntil(
      `${name} says what is wrong`,
      () => viewOf(name),
      ({ status }) => status === 'error',
    );
    expect(view.error?.problem, name).toMatch(problem);
  }
  const tried = await rules('test', `doubles_${own}`);
  expect(tried).toMatchObject({ code: 1, stdout: '' });
  expect(tried.stderr).toMatch(/gives more than one row\.\n$/);
  expect((await rules('test', level, '--file', join(folder, 'rules.yaml'))).stdout).toBe(
    `${level}: 7 points. Not true: it fires on the value above 10 points over 5 minutes.\n`,
  );
  await waitUntil(
    'the good rule is evaluated',
    () => viewOf(level),
    ({ value }) => value === 7,
  );
  const { rows } = await deployment.database.query('SELECT FROM alerts WHERE alert_type = ANY($1)', [
    Object.keys(bad),
  ]);
  expect(rows).toEqual([]);
});

test('a worker that is killed leaves a gap, recorded and shown, and the rule goes on', async () => {
  await apply(levelRule(10));
  await waitUntil(
    'it is evaluated',
    () => viewOf(level),
    ({ evaluations }) => evaluations > 0,
  );
  await worker.kill();
  const killedAt = Date.now();
  // Two instants at least pass without a worker.
  await waitUntil(
    'time has passed',
    () => Date.now() - killedAt,
    (passed) => passed > 12_000,
  );
  const { evaluations } = await waitUntil(
    'another worker is there',
    async () => {
      worker = deployment.start('worker');
      await worker.ready;
      return viewOf(level);
    },
    () => true,
  );
  const { rows } = await waitUntil(
    'the gap is recorded',
    () =>
      deployment.database.query<{ missed: number; reason: string }>(
        'SELECT missed, reason FROM rule_gaps WHERE rule_name = $1',
        [level],
      ),
    (found) => found.rows.length > 0,
  );
  expect(rows[0]?.missed).toBeGreaterThanOrEqual(1);
  expect(rows[0]?.reason).toBe('no worker was there, or it had no time');
  const view = await viewOf(level);
  expect(view.evaluations).toBeGreaterThanOrEqual(evaluations);
  expect(view.gaps).toMatchObject([{ missed: rows[0]?.missed }]);
});

test('the worker reads lag and journeys, each instant once', async () => {
  const { rows } = await waitUntil(
    'there are readings',
    () =>
      deployment.database.query<{ metric_name: string; source: string }>(
        `SELECT DISTINCT metric_name, source FROM system_metrics WHERE metric_name <> 'level' ORDER BY 1, 2`,
      ),
    (found) => found.rows.length >= 3,
  );
  const { KAFKA_GROUP_PREFIX: prefix, TEMPORAL_TASK_QUEUE: queue } = deployment.settings;
  expect(rows.map(({ metric_name, source }) => `${metric_name} ${source}`)).toEqual([
    `consumer_lag ${prefix}-journey`,
    `consumer_lag ${prefix}-record`,
    `journeys_running ${queue}`,
  ]);
});
