import { InvalidArgumentError, type Command } from 'commander';

import { parseDuration } from '../../settings/duration.ts';

/** `aisle rules …`: the operator's commands for alert rules. What they do is loaded when one of them runs. */
export function addRulesCommands(program: Command): void {
  const rules = program.command('rules').description('alert rules: apply, list, show, pause, snooze …');
  const load = () => import('../rules.ts');

  rules
    .command('apply')
    .description('start new rules, change changed ones in place, end removed ones')
    .argument('[file]', 'without it, the rules.yaml that comes with Aisle')
    .option('--dry-run', 'only say what would be done', false)
    .action(async (file: string | undefined, { dryRun }: { dryRun: boolean }) =>
      (await load()).runRulesApply(file, dryRun),
    );
  rules
    .command('list')
    .description('every running rule with its status and what it measured last')
    .option('--json', 'print them as one line of JSON', false)
    .action(async ({ json }: { json: boolean }) => (await load()).runRulesList(json));
  rules
    .command('show')
    .description('all that one rule knows: values, alert, gaps, fields')
    .argument('<name>')
    .option('--json', 'print it as one line of JSON', false)
    .action(async (name: string, { json }: { json: boolean }) => (await load()).runRulesShow(name, json));
  rules
    .command('pause')
    .description('stop evaluating a rule')
    .argument('<name>')
    .action(async (name: string) => (await load()).runRulesPause(name));
  rules
    .command('resume')
    .description('evaluate a paused rule again')
    .argument('<name>')
    .action(async (name: string) => (await load()).runRulesResume(name));
  rules
    .command('snooze')
    .description('evaluate a rule and have it say nothing new for a time')
    .argument('<name>')
    .argument('<time>', 'for example 2h', snoozeTime)
    .action(async (name: string, forMs: number) => (await load()).runRulesSnooze(name, forMs));
  rules
    .command('ack')
    .description('note that you have seen the alert that stands')
    .argument('<name>')
    .action(async (name: string) => (await load()).runRulesAcknowledge(name));
  rules
    .command('test')
    .description('measure now and say what the rule would make of it')
    .argument('<name>')
    .option('--file <file>', 'as it stands in this file, running or not')
    .action(async (name: string, { file }: { file?: string }) => (await load()).runRulesTest(name, file));
}

function snoozeTime(text: string): number {
  const value = parseDuration(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('Expected a time with its unit, such as 30m or 2h.');
}
