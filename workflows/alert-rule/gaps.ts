import type { RuleGap } from '../../events/alert-rule.ts';

/**
 * The gaps with one more. One that goes on is one gap; of more than `most` the oldest two are put together, so that none is
 * forgotten before it was recorded.
 */
export function addGap(gaps: readonly RuleGap[], gap: RuleGap, everyMs: number, most: number): RuleGap[] {
  const last = gaps.at(-1);
  const goesOn = last?.reason === gap.reason && gap.from <= last.until + everyMs;
  const all = last && goesOn ? [...gaps.slice(0, -1), together(last, gap)] : [...gaps, gap];
  const [first, next, ...others] = all;
  return first && next && all.length > most ? [together(first, next), ...others] : all;
}

const together = (one: RuleGap, other: RuleGap): RuleGap => ({
  from: one.from,
  until: other.until,
  missed: one.missed + other.missed,
  reason: one.reason === other.reason ? one.reason : 'several reasons',
});
