import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';

import type { AlertRuleActivities } from '../../activities/activities.ts';
import {
  alertRuleWorkflowId,
  alertRuleWorkflowType,
  type Measurement,
  type RuleAnnouncement,
  type RuleDefinition,
  type RuleQuestion,
} from '../../events/alert-rule.ts';
import { ruleQuery, type AlertRuleStart } from '../../workflows/alert-rule.ts';
import type { RuleView } from '../../workflows/alert-rule/view.ts';
import { measured, minute, ruleDefinition } from '../support/alert-rule.ts';
import { waitUntil } from '../support/wait-until.ts';
import { workflowBundle } from './journey-environment.ts';

/** Stands in for the stores: measures what a test says, and keeps what a rule tells. */
export class RuleLedger implements AlertRuleActivities {
  reading: Measurement | 'away' = measured(1);
  isKafkaAway = false;
  readonly asked: RuleQuestion[] = [];
  readonly audited: string[] = [];
  readonly acknowledged: string[] = [];
  private readonly announced: RuleAnnouncement[] = [];

  evaluateRule = async (question: RuleQuestion): Promise<Measurement> => {
    const measurement = await this.measureRule();
    this.asked.push(question);
    return measurement;
  };

  measureRule = async (): Promise<Measurement> => {
    if (this.reading === 'away') throw new Error('PostgreSQL did not answer');
    return this.reading;
  };

  announceRule = async (announcement: RuleAnnouncement): Promise<void> => {
    if (this.isKafkaAway) throw new Error('Kafka is away');
    this.announced.push(announcement);
  };

  acknowledgeAlert = async ({ by }: { by: string }): Promise<void> => void this.acknowledged.push(by);

  auditRule = async ({ action, actor }: { action: string; actor: string }): Promise<void> =>
    void this.audited.push(`${action} by ${actor}`);

  /** What was said, in order. */
  get said(): string[] {
    return this.announced.map(({ status, by }) => (by === 'rule' ? status : `${status} by ${by}`));
  }

  get gaps() {
    return this.asked.flatMap(({ gaps }) => gaps);
  }
}

export interface RunningRule {
  readonly ledger: RuleLedger;
  readonly view: () => Promise<RuleView>;
  /** Lets so many minutes pass, each with one instant in it, until the rule has dealt with all that was due. */
  readonly pass: (minutes: number) => Promise<void>;
  readonly update: <Result>(name: string, ...args: [unknown, ...unknown[]]) => Promise<Result>;
  readonly handle: WorkflowHandle;
  readonly runId: () => Promise<string>;
  /** Of the workflow's latest run: `RUNNING` or how it ended. */
  readonly status: () => Promise<string>;
  readonly details: () => Promise<string>;
}

let rules = 0;

/** Starts a worker and one rule, runs `test`, and ends both. */
export async function withRule(
  environment: TestWorkflowEnvironment,
  differences: Partial<RuleDefinition>,
  test: (rule: RunningRule) => Promise<void>,
  start: Pick<AlertRuleStart, 'evaluationsPerRun'> & { readonly isCached?: boolean } = {},
): Promise<void> {
  const ledger = new RuleLedger();
  const taskQueue = `rules-${++rules}`;
  const { isCached = false, ...more } = start;
  const { client } = environment;
  const { evaluateRule, measureRule, announceRule, acknowledgeAlert, auditRule } = ledger;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    namespace: client.options.namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: { evaluateRule, measureRule, announceRule, acknowledgeAlert, auditRule },
    // Without a cache every workflow task replays the history from its start: what is not deterministic fails.
    ...(isCached ? {} : { maxCachedWorkflows: 0 }),
  });
  const running = worker.run();
  running.catch(() => undefined);
  const definition = ruleDefinition({ name: `rule_${rules}`, ...differences });
  const workflowId = alertRuleWorkflowId(definition.name);
  // Half a minute away from the instants, so that a minute has exactly one.
  await environment.sleep(minute + minute / 2 - ((await environment.currentTimeMs()) % minute));
  await client.workflow.start(alertRuleWorkflowType, {
    ...{ workflowId, taskQueue },
    args: [{ definition, by: 'adam', ...more }],
  });
  const handle = client.workflow.getHandle(workflowId);
  const status = async (): Promise<string> => (await handle.describe()).status.name;
  const view = () => handle.query<RuleView>(ruleQuery.name);
  const dealtWith = async (): Promise<void> => {
    const now = await environment.currentTimeMs();
    await waitUntil(
      'the rule has dealt with all that was due',
      view,
      ({ nextEvaluationAt, untold }) =>
        (nextEvaluationAt === null || Date.parse(nextEvaluationAt) > now) &&
        (ledger.isKafkaAway || untold === 0),
      { longestMs: 20_000, everyMs: 20 },
    );
  };
  try {
    await test({
      handle,
      ledger,
      view,
      pass: async (minutes) => {
        await environment.sleep(minutes * minute);
        await dealtWith();
      },
      update: (name, ...args) => handle.executeUpdate(name, { args }),
      runId: async () => (await handle.describe()).runId,
      status,
      details: async () => JSON.stringify(await handle.query('__temporal_workflow_metadata')),
    });
  } finally {
    // A rule without a worker would hold up the clock of the tests that follow.
    if ((await status()) === 'RUNNING') await handle.terminate('the test is over');
    worker.shutdown();
    await running;
  }
}
