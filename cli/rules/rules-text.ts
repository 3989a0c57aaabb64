import Table from 'cli-table3';

import { fieldsOf } from '../../events/rule-changes.ts';
import type { RuleView } from '../../workflows/alert-rule/view.ts';
import { printable, readableTime } from '../journey/wording.ts';

/** A table without lines, as a terminal and `awk` both read it. */
const bare = {
  chars: Object.fromEntries(
    [
      ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
      ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
    ].map((part) => [part, part === 'middle' ? '  ' : '']),
  ),
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
};

/** One line a rule: what it is, since when, and what it found last. */
export function rulesTable(views: readonly RuleView[]): string {
  if (views.length === 0) return 'No rule runs: start the delivered ones with npx aisle rules apply.';
  const table = new Table({ ...bare, head: ['rule', 'status', 'since', 'severity', 'measured', 'missed'] });
  table.push(
    ...views.map((view) => [
      view.name,
      `${view.status}${view.firing?.acknowledgedBy ? ' (seen)' : ''}`,
      readableTime(view.statusSince),
      view.definition.severity,
      printable(view.measured ?? 'not yet'),
      view.missed,
    ]),
  );
  return withoutTrailingSpace(table.toString());
}

/** All that a rule knows of itself. */
export function ruleText(view: RuleView): string {
  const { firing, error, gaps } = view;
  const rows: [string, string][] = [
    ['Status', `${view.status} since ${readableTime(view.statusSince)}`],
    ['True while', view.condition],
    [
      'Measured',
      view.measured === null ? 'not yet' : `${printable(view.measured)}, at ${at(view.evaluatedAt)}`,
    ],
  ];
  if (firing) {
    const seen =
      firing.acknowledgedBy === null ? 'not acknowledged' : `acknowledged by ${firing.acknowledgedBy}`;
    rows.push(['Alert', `stands since ${readableTime(firing.since)}, ${seen}`]);
  }
  if (error)
    rows.push([
      'Cannot be measured',
      `${printable(error.problem)} (${error.times} times since ${at(error.since)})`,
    ]);
  if (view.trueSince !== null) rows.push(['True since', at(view.trueSince)]);
  if (view.snoozedUntil !== null) rows.push(['Snoozed', `until ${at(view.snoozedUntil)}`]);
  else if (view.heldBackUntil !== null) rows.push(['Cooling down', `until ${at(view.heldBackUntil)}`]);
  if (view.pausedBy !== null) rows.push(['Paused by', printable(view.pausedBy)]);
  if (view.nextEvaluationAt !== null) rows.push(['Next evaluation', at(view.nextEvaluationAt)]);
  if (view.untold > 0) rows.push(['Not told yet', `${view.untold}, tried until it works`]);
  rows.push(['Evaluations', `${view.evaluations}, and ${view.missed} missed`]);
  for (const { from, until, missed, reason } of gaps)
    rows.push(['Gap', `${at(from)} to ${at(until)}: ${missed} missed, ${printable(reason)}`]);
  const latest = view.recent.map(({ value }) => value ?? '–').join('  ');
  if (latest !== '') rows.push(['Latest values', latest]);
  const fields = Object.entries(fieldsOf(view.definition)).filter(([, value]) => value !== '');
  const table = new Table({ ...bare, wordWrap: false });
  table.push(
    ...rows,
    ['', ''],
    ...fields.map(([name, value]): [string, string] => [
      `  ${name}`,
      printable(value.replaceAll(/\s+/g, ' ')),
    ]),
  );
  return `${view.name}\n${withoutTrailingSpace(table.toString())}`;
}

const at = (time: string | null): string => (time === null ? '–' : readableTime(time));

const withoutTrailingSpace = (text: string): string => text.replaceAll(/[^\S\n]+$/gm, '');
