import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

import {
  ruleQueryName,
  ruleUpdates,
  type Measurement,
  type RuleAnnouncement,
  type RuleDefinition,
} from '../events/alert-rule.ts';
import { changesBetween } from '../events/rule-changes.ts';
import { Alarm } from './alarm.ts';
import { describeRule } from './alert-rule/describe.ts';
import { Rule } from './alert-rule/rule.ts';
import { upgradeRule, type RuleState } from './alert-rule/state.ts';
import { refusing } from './alert-rule/updates.ts';
import { statusOf, viewOf, type RuleView } from './alert-rule/view.ts';
import { evaluateRule, measureRule, Outbox, reasonOf } from './rule-effects.ts';

export const ruleQuery = defineQuery<RuleView>(ruleQueryName);
export const changeUpdate = defineUpdate<'changed' | 'unchanged', [RuleDefinition, string]>(
  ruleUpdates.change,
);
export const pauseUpdate = defineUpdate<RuleView, [string]>(ruleUpdates.pause);
export const resumeUpdate = defineUpdate<RuleView, [string]>(ruleUpdates.resume);
export const snoozeUpdate = defineUpdate<RuleView, [number, string]>(ruleUpdates.snooze);
export const acknowledgeUpdate = defineUpdate<RuleView, [string]>(ruleUpdates.acknowledge);
export const testUpdate = defineUpdate<Measurement, [string]>(ruleUpdates.test);
export const removeUpdate = defineUpdate<undefined, [string]>(ruleUpdates.remove);

const ruleStatus = defineSearchAttributeKey('RuleStatus', SearchAttributeType.KEYWORD);

export interface AlertRuleStart {
  readonly definition: RuleDefinition;
  /** Who started it. */
  readonly by: string;
  /** What the run before left, perhaps by another release; none for a new rule. */
  readonly state?: RuleState;
  /** Continue as new after this many evaluations: a low bound makes a test of it. */
  readonly evaluationsPerRun?: number;
}

/** About 6 events each: below what the server suggests to continue as new at, so that a replay stays short. */
const mostEvaluationsPerRun = 500;

/** One durable rule. It only wires: what a measurement means is in `alert-rule/`. */
export async function alertRule(start: AlertRuleStart): Promise<void> {
  const { evaluationsPerRun = mostEvaluationsPerRun } = start;
  const rule = new Rule(upgradeRule(start.definition, Date.now(), start.state));
  const wanted = { changed: false, removedBy: null as string | null, isOver: false };
  const wake = () => void (wanted.changed = true);
  const outbox = new Outbox(wake);
  const alarm = new Alarm(wake);
  let evaluated = 0;
  let audited = 0;
  let shown = '';

  handleUpdates();
  if (!start.state) audit('started', start.by);
  for (;;) {
    outbox.startNext();
    show();
    const isLong = workflowInfo().continueAsNewSuggested || evaluated >= evaluationsPerRun;
    if (isLong && nothingIsUnderWay()) {
      await continueAsNew<typeof alertRule>({
        ...start,
        definition: rule.state.definition,
        state: rule.state,
      });
    }
    const wakeAt = rule.nextWake();
    if (wakeAt !== null) alarm.arm(wakeAt);
    // Asked once all of a task's jobs are done: what came first among them makes no difference.
    await condition(() => wanted.changed);
    wanted.changed = false;
    alarm.silence();
    if (wanted.removedBy !== null) {
      await end(wanted.removedBy);
      return;
    }
    await evaluate();
  }

  async function end(by: string): Promise<void> {
    say(rule.end(Date.now(), by));
    while (outbox.size > 0) {
      outbox.startNext();
      wanted.changed = false;
      await condition(() => wanted.changed);
    }
    wanted.isOver = true;
    await condition(allHandlersFinished);
  }

  async function evaluate(): Promise<void> {
    const question = rule.question(Date.now());
    if (!question) return;
    evaluated += 1;
    const { version } = rule.state;
    let measurement: Measurement;
    try {
      measurement = await evaluateRule(question);
    } catch (error) {
      rule.couldNotAsk(question, reasonOf(error));
      return;
    }
    // What an older definition measured, or what came after somebody paused it, is not judged.
    if (rule.state.version === version && !rule.state.paused) say(rule.observe(question, measurement));
  }

  function view(): RuleView {
    return viewOf(rule, Date.now(), outbox.size);
  }

  function nothingIsUnderWay(): boolean {
    return !wanted.changed && outbox.size === 0 && allHandlersFinished();
  }

  function say(announcement: RuleAnnouncement | null): void {
    if (announcement) outbox.add((activities) => activities.announceRule(announcement));
  }

  function show(): void {
    setCurrentDetails(describeRule(view()));
    const status = statusOf(rule);
    // Each upsert is a write to the server's visibility store: only for news.
    if (status === shown) return;
    shown = status;
    upsertSearchAttributes([{ key: ruleStatus, value: status }]);
  }

  function audit(what: string, by: string, details: Readonly<Record<string, unknown>> = {}): void {
    audited += 1;
    const operationId = `rule/${workflowInfo().runId}/${audited}`;
    const entry = {
      actor: by,
      action: `rule.${what}` as const,
      subject: rule.state.definition.name,
      details,
      operationId,
    };
    outbox.add((activities) => activities.auditRule(entry));
  }

  /** Handlers only note what is wanted: commands are issued in the loop above, in one order. */
  function handleUpdates(): void {
    const refuse = refusing(rule, wanted);
    const done = (what: string, by: string, details = {}): RuleView => {
      audit(what, by, details);
      wake();
      return view();
    };
    const change = (definition: RuleDefinition, by: string): 'changed' | 'unchanged' => {
      const before = rule.state.definition;
      if (JSON.stringify(definition) === JSON.stringify(before)) return 'unchanged';
      rule.change(definition, Date.now());
      done('changed', by, { changes: changesBetween(before, definition) });
      return 'changed';
    };
    const pause = (by: string): RuleView => {
      rule.pause(Date.now(), by);
      return done('paused', by);
    };
    const resume = (by: string): RuleView => {
      rule.resume(Date.now());
      return done('resumed', by);
    };
    const snooze = (forMs: number, by: string): RuleView => {
      rule.snooze(Date.now() + forMs);
      return done('snoozed', by, { seconds: forMs / 1000 });
    };
    const acknowledge = (by: string): RuleView => {
      const { firing, definition } = rule.state;
      const at = Date.now();
      rule.acknowledge(at, by);
      if (firing) {
        const acknowledgement = { rule: definition.name, firedAt: firing.firedAt, at, by };
        outbox.add((activities) => activities.acknowledgeAlert(acknowledgement));
      }
      return done('acknowledged', by);
    };
    const test = (): Promise<Measurement> => {
      const { name, measure, windowMs } = rule.state.definition;
      return measureRule({ rule: name, measure, at: Date.now(), windowMs, gaps: [] });
    };
    const remove = async (by: string): Promise<undefined> => {
      wanted.removedBy = by;
      done('removed', by);
      await condition(() => wanted.isOver);
      return undefined;
    };
    setHandler(ruleQuery, view);
    setHandler(changeUpdate, change, { validator: refuse.change });
    setHandler(pauseUpdate, pause, { validator: refuse.pause });
    setHandler(resumeUpdate, resume, { validator: refuse.resume });
    setHandler(snoozeUpdate, snooze, { validator: refuse.snooze });
    setHandler(acknowledgeUpdate, acknowledge, { validator: refuse.acknowledge });
    setHandler(testUpdate, test, { validator: refuse.test });
    setHandler(removeUpdate, remove, { validator: refuse.remove });
  }
}
