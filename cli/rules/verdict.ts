import type { Measurement, RuleDefinition } from '../../events/alert-rule.ts';
import { inWords } from '../../events/duration-in-words.ts';
import { conditionOf, measuredOf } from '../../events/rule-words.ts';
import { judge } from '../../workflows/alert-rule/judge.ts';

/** What a measurement would make of a rule that does not fire yet, in two sentences. */
export function verdictOf(definition: RuleDefinition, measurement: Measurement): string {
  const { name, forMs } = definition;
  const measured = `${name}: ${measuredOf(definition, measurement)}.`;
  if (measurement.kind === 'error') return measured;
  const condition = conditionOf(definition);
  const truth = judge(definition, measurement, false);
  if (truth === 'unknown') return `${measured} That is too little to judge ${condition}.`;
  if (!truth) return `${measured} Not true: it fires on ${condition}.`;
  const when = forMs === 0 ? 'at once' : `once it has been true for ${inWords(forMs)}`;
  return `${measured} True: it would fire ${when}.`;
}
