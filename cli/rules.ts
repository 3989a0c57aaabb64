import { join, resolve } from 'node:path';

import { createEvaluateRule } from '../activities/evaluate-rule.ts';
import { metricSession } from '../activities/measure-metric.ts';
import { projectRoot } from '../connections/sql-file.ts';
import {
  longestSnoozeMs,
  ruleNamePattern,
  type Measurement,
  type RuleDefinition,
} from '../events/alert-rule.ts';
import { SetupError } from '../stack/setup-error.ts';
import type { RuleView } from '../workflows/alert-rule/view.ts';
import { askDatabase } from './ask-database.ts';
import { askTemporal } from './journey/ask-temporal.ts';
import { settingsOfRunningSystem } from './journey/running-system.ts';
import { appliedText, applyRules } from './rules/apply.ts';
import { operatorName } from './rules/operator.ts';
import { readRulesFile } from './rules/read-rules.ts';
import { RuleClient } from './rules/rule-client.ts';
import { ruleText, rulesTable } from './rules/rules-text.ts';
import { verdictOf } from './rules/verdict.ts';

/** The rules that come with Aisle, and that `aisle up` applies. */
export const deliveredRules = join(projectRoot, 'rules.yaml');

const atOnce = 10;

/** Each of these prints on stdout and throws a `SetupError` with one sentence where it cannot do what is asked. */
export async function runRulesApply(file: string | undefined, isDryRun: boolean): Promise<void> {
  // A wrong file is found before anything is asked.
  const definitions = await readRulesFile(file === undefined ? deliveredRules : resolve(file));
  const applied = await withRules((rules) =>
    applyRules(rules, definitions, { isDryRun, by: operatorName() }),
  );
  say(appliedText(applied, isDryRun));
}

export async function runRulesList(json: boolean): Promise<void> {
  const views = await withRules(async (rules) => {
    const names = await rules.names();
    const found: (RuleView | null)[] = [];
    for (let first = 0; first < names.length; first += atOnce) {
      const some = names.slice(first, first + atOnce);
      found.push(...(await Promise.all(some.map((name) => rules.viewIfRunning(name)))));
    }
    return found.filter((view) => view !== null);
  });
  say(json ? JSON.stringify(views) : rulesTable(views));
}

export async function runRulesShow(name: string, json: boolean): Promise<void> {
  const view = await withRules((rules) => rules.view(checked(name)));
  say(json ? JSON.stringify(view) : ruleText(view));
}

export async function runRulesPause(name: string): Promise<void> {
  await withRules((rules) => rules.update(checked(name), 'pause', operatorName()));
  say(`${name} is paused: nothing is evaluated until npx aisle rules resume ${name}.`);
}

export async function runRulesResume(name: string): Promise<void> {
  await withRules((rules) => rules.update(checked(name), 'resume', operatorName()));
  say(`${name} is evaluated again.`);
}

export async function runRulesSnooze(name: string, forMs: number): Promise<void> {
  if (forMs > longestSnoozeMs) throw new SetupError('A rule can be snoozed for up to 30d.');
  const view = await withRules((rules) =>
    rules.update<RuleView>(checked(name), 'snooze', forMs, operatorName()),
  );
  say(`${name} does not fire before ${view.snoozedUntil ?? ''}; it is evaluated all the same.`);
}

export async function runRulesAcknowledge(name: string): Promise<void> {
  await withRules((rules) => rules.update(checked(name), 'acknowledge', operatorName()));
  say(`The alert of ${name} is acknowledged.`);
}

/** Measures now and says what the rule would make of it. With a file, as it stands there, running or not. */
export async function runRulesTest(name: string, file: string | undefined): Promise<void> {
  const { definition, measurement } =
    file === undefined ? await testRunning(checked(name)) : await testInFile(checked(name), resolve(file));
  const verdict = verdictOf(definition, measurement);
  if (measurement.kind === 'error') throw new SetupError(verdict);
  say(verdict);
}

interface Tested {
  readonly definition: RuleDefinition;
  readonly measurement: Measurement;
}

function testRunning(name: string): Promise<Tested> {
  return withRules(async (rules) => {
    const { definition } = await rules.view(name);
    return { definition, measurement: await rules.update<Measurement>(name, 'test', operatorName()) };
  });
}

async function testInFile(name: string, file: string): Promise<Tested> {
  const definition = (await readRulesFile(file)).find((rule) => rule.name === name);
  if (!definition) throw new SetupError(`${file} has no rule ${name}.`);
  const { measure, windowMs } = definition;
  const isOwnSql = 'sql' in measure;
  // As the worker does it: a metric as writer on a connection that only reads, own SQL as reporter.
  const measurement = await askDatabase(
    await settingsOfRunningSystem(),
    (database) =>
      createEvaluateRule({ database, metrics: database, readers: database }).measureRule({
        ...{ rule: name, measure, windowMs, gaps: [] },
        at: Date.now(),
      }),
    isOwnSql ? 'reporter' : 'writer',
    isOwnSql ? undefined : metricSession,
  );
  return { definition, measurement };
}

async function withRules<Result>(work: (rules: RuleClient) => Promise<Result>): Promise<Result> {
  const settings = await settingsOfRunningSystem();
  return askTemporal(settings, (client) => work(new RuleClient(client, settings.TEMPORAL_TASK_QUEUE)));
}

function checked(name: string): string {
  if (ruleNamePattern.test(name)) return name;
  throw new SetupError('A rule has a name of small letters, digits and _: see npx aisle rules list.');
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
