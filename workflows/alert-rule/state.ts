import type { Measurement, RuleDefinition, RuleGap } from '../../events/alert-rule.ts';

/** `resolved` lasts for the cool-down, in which the rule does not fire again. */
export type Phase = 'ok' | 'pending' | 'firing' | 'resolved' | 'no data';

/** An alert that was said and has not been resolved. */
export interface Firing {
  readonly firedAt: number;
  acknowledged: { readonly by: string; readonly at: number } | null;
}

/** All that a rule carries through continue-as-new. Every time is milliseconds since 1970; `null`: not so. */
export interface RuleState {
  definition: RuleDefinition;
  /** Grows with every changed definition: a measurement of an older one is not judged. */
  version: number;
  phase: Phase;
  phaseSince: number;
  /** Since when the rule is true, and the latest evaluation that found it so. */
  trueSince: number | null;
  trueLast: number | null;
  firing: Firing | null;
  /** It does not fire before these. */
  coolsUntil: number;
  snoozedUntil: number;
  paused: { readonly by: string; readonly at: number } | null;
  /** Every due instant up to this one was evaluated, recorded as missed, or passed over in a pause. */
  settledUntil: number;
  last: { readonly at: number; readonly measurement: Measurement } | null;
  /** The latest values, the newest last. */
  recent: { readonly at: number; readonly value: number | null }[];
  error: { readonly problem: string; readonly since: number; times: number } | null;
  /** The latest gaps, the newest last, and those of them that no activity has recorded yet. */
  gaps: RuleGap[];
  unrecorded: RuleGap[];
  evaluations: number;
  missed: number;
}

export const newRule = (definition: RuleDefinition, now: number): RuleState => ({
  definition,
  version: 1,
  phase: 'ok',
  phaseSince: now,
  trueSince: null,
  trueLast: null,
  firing: null,
  coolsUntil: 0,
  snoozedUntil: 0,
  paused: null,
  settledUntil: now,
  last: null,
  recent: [],
  error: null,
  gaps: [],
  unrecorded: [],
  evaluations: 0,
  missed: 0,
});

/** State that another release wrote: a field that is missing has its value of the beginning. */
export const upgradeRule = (definition: RuleDefinition, now: number, state?: RuleState): RuleState => ({
  ...newRule(definition, now),
  ...state,
});
