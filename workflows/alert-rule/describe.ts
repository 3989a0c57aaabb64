import type { RuleView } from './view.ts';

const mostGapsShown = 5;

/** The rule in Markdown, for the Temporal UI: readable by someone who does not know the code. */
export function describeRule(view: RuleView): string {
  return [
    `### ${view.name}: **${view.status}** since ${readable(view.statusSince)}`,
    `True while the ${view.condition}.${view.description === '' ? '' : ` ${view.description}`}`,
    describeLast(view),
    describeHold(view),
    describeGaps(view),
    `_${view.evaluations} evaluations, ${view.missed} missed_`,
    // The UI measures the text a line too short and cuts the last one: a zero-width space gives it one to cut.
    '\u200b',
  ]
    .filter((paragraph) => paragraph !== '')
    .join('\n\n');
}

function describeLast({ evaluatedAt, measured, firing, trueSince }: RuleView): string {
  const lines = [
    evaluatedAt === null
      ? '**Not evaluated yet.**'
      : `**Measured** ${readable(evaluatedAt)}: ${measured ?? ''}`,
  ];
  if (firing) {
    const seen =
      firing.acknowledgedBy === null
        ? 'nobody has acknowledged it'
        : `acknowledged by ${firing.acknowledgedBy} ${readable(firing.acknowledgedAt ?? '')}`;
    lines.push(`**Its alert** stands since ${readable(firing.since)}; ${seen}.`);
  } else if (trueSince !== null) lines.push(`True since ${readable(trueSince)}.`);
  return lines.join('\n\n');
}

function describeHold({ error, heldBackUntil, snoozedUntil, pausedBy, nextEvaluationAt }: RuleView): string {
  const lines: string[] = [];
  if (error) lines.push(`**It cannot be measured** since ${readable(error.since)}: ${error.problem}`);
  if (pausedBy !== null) lines.push(`**Paused** by ${pausedBy}: nothing is evaluated.`);
  if (snoozedUntil !== null) lines.push(`**Snoozed:** it does not fire before ${readable(snoozedUntil)}.`);
  else if (heldBackUntil !== null)
    lines.push(`**Cooling down:** it does not fire before ${readable(heldBackUntil)}.`);
  if (nextEvaluationAt !== null) lines.push(`Next evaluation: ${readable(nextEvaluationAt)}.`);
  return lines.join('\n\n');
}

function describeGaps({ gaps }: RuleView): string {
  if (gaps.length === 0) return '';
  const lines = gaps
    .slice(-mostGapsShown)
    .map(
      ({ from, until, missed, reason }) =>
        `- ${readable(from)} to ${readable(until)}: ${missed} missed, ${reason}`,
    );
  return ['**Gaps:**', ...lines].join('\n');
}

const readable = (iso: string): string => iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
