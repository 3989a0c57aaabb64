import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowUpdateFailedError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';

import {
  alertRuleWorkflowId,
  alertRuleWorkflowType,
  ruleQueryName,
  ruleUpdates,
  type RuleDefinition,
  type RuleUpdate,
} from '../../events/alert-rule.ts';
import { conditionOf } from '../../events/rule-words.ts';
import { SetupError } from '../../stack/setup-error.ts';
import type { RuleView } from '../../workflows/alert-rule/view.ts';
import { grpcCode, grpcCodeOf, longestAnswerMs } from '../journey/ask-temporal.ts';

/** The rules that run on a task queue, as the commands see them. Every refusal is a `SetupError` with one sentence. */
export class RuleClient {
  private readonly client: Client;
  private readonly taskQueue: string;

  constructor(client: Client, taskQueue: string) {
    this.client = client;
    this.taskQueue = taskQueue;
  }

  /** The names of all that run, in order. */
  async names(): Promise<string[]> {
    const query = `WorkflowType = '${alertRuleWorkflowType}' AND ExecutionStatus = 'Running' AND TaskQueue = '${this.taskQueue}'`;
    return this.soon(async () => {
      const names: string[] = [];
      for await (const { workflowId } of this.client.workflow.list({ query }))
        names.push(workflowId.slice(alertRuleWorkflowId('').length));
      return names.sort();
    });
  }

  /** What the rule says. An ended one could still be asked, and is no rule any more. */
  async view(name: string): Promise<RuleView> {
    const view = await this.viewIfRunning(name);
    if (view) return view;
    throw new SetupError(noSuchRule(name));
  }

  /** What the rule says; `null` where it does not run. */
  async viewIfRunning(name: string): Promise<RuleView | null> {
    try {
      const { status } = await this.soon(() => this.handle(name).describe());
      if (status.name !== 'RUNNING') return null;
      return await this.answered(name, () => this.handle(name).query<RuleView>(ruleQueryName));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  /** True if it was started, false if one of this name runs already. */
  async start(definition: RuleDefinition, by: string): Promise<boolean> {
    try {
      await this.soon(() =>
        this.client.workflow.start(alertRuleWorkflowType, {
          workflowId: alertRuleWorkflowId(definition.name),
          taskQueue: this.taskQueue,
          args: [{ definition, by }],
          staticSummary: `alert rule: ${conditionOf(definition)}`,
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  /** Has the rule do something. Throws why it will not. */
  async update<Result>(name: string, update: RuleUpdate, ...args: [unknown, ...unknown[]]): Promise<Result> {
    return this.answered(name, () =>
      this.handle(name).executeUpdate<Result, [unknown, ...unknown[]]>(ruleUpdates[update], { args }),
    );
  }

  private handle(name: string) {
    return this.client.workflow.getHandle(alertRuleWorkflowId(name));
  }

  /** Each call has the time of one answer, however many rules there are. */
  private soon<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    return this.client.withDeadline(Date.now() + longestAnswerMs, ask);
  }

  private async answered<Answer>(name: string, ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await this.soon(ask);
    } catch (error) {
      throw explained(name, error);
    }
  }
}

const noSuchRule = (name: string): string => `There is no rule ${name}: see npx aisle rules list.`;

function explained(name: string, error: unknown): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    const { cause } = error;
    return cause instanceof ApplicationFailure ? new SetupError(`${cause.message}.`) : error;
  }
  if (error instanceof WorkflowNotFoundError) return new SetupError(noSuchRule(name));
  const code = grpcCodeOf(error);
  const isLate = error instanceof Error && error.name === 'WorkflowUpdateRPCTimeoutOrCancelledError';
  if (isLate || code === grpcCode.deadlineExceeded || code === grpcCode.failedPrecondition)
    return new SetupError(
      `The rule ${name} runs, but no worker answered for it within ${longestAnswerMs / 1000} s: see that npm run worker runs and is well.`,
    );
  return error;
}
