import type { RuleDefinition, RuleGap } from '../../events/alert-rule.ts';
import { conditionOf, measuredOf } from '../../events/rule-words.ts';
import type { Rule } from './rule.ts';
import type { Phase } from './state.ts';

/** In the order of what a person wants to know first: an alert that stands, then what keeps the rule from being judged. */
export type RuleStatus = Phase | 'paused' | 'error';

/** What a rule says about itself when asked: the answer of its query. Times are ISO 8601, `null` where there is none. */
export interface RuleView {
  readonly name: string;
  readonly status: RuleStatus;
  readonly statusSince: string;
  readonly description: string;
  /** When it is true, in words. */
  readonly condition: string;
  readonly definition: RuleDefinition;
  /** The latest evaluation: when, and what it found, in words. */
  readonly evaluatedAt: string | null;
  readonly measured: string | null;
  readonly value: number | null;
  readonly samples: number | null;
  /** The latest values, the newest last; `null` where nothing could be measured. */
  readonly recent: readonly { readonly at: string; readonly value: number | null }[];
  readonly trueSince: string | null;
  readonly firing: {
    readonly since: string;
    readonly acknowledgedBy: string | null;
    readonly acknowledgedAt: string | null;
  } | null;
  readonly heldBackUntil: string | null;
  readonly snoozedUntil: string | null;
  readonly pausedBy: string | null;
  readonly error: { readonly problem: string; readonly since: string; readonly times: number } | null;
  readonly gaps: readonly (Omit<RuleGap, 'from' | 'until'> & {
    readonly from: string;
    readonly until: string;
  })[];
  readonly evaluations: number;
  readonly missed: number;
  readonly nextEvaluationAt: string | null;
  /** Alerts and audit entries that wait for a store that is away, or are being written. */
  readonly untold: number;
}

export function viewOf(rule: Rule, now: number, untold: number): RuleView {
  const { state } = rule;
  const { definition, firing, last, error } = state;
  const value = last?.measurement.kind === 'value' ? last.measurement : null;
  const holds = Math.max(state.coolsUntil, state.snoozedUntil);
  return {
    name: definition.name,
    status: statusOf(rule),
    statusSince: iso(state.paused?.at ?? (firing ? state.phaseSince : (error?.since ?? state.phaseSince))),
    description: definition.description,
    condition: conditionOf(definition),
    definition,
    evaluatedAt: last && iso(last.at),
    measured: last && measuredOf(definition, last.measurement),
    value: value?.value ?? null,
    samples: value?.samples ?? null,
    recent: state.recent.map(({ at, value: figure }) => ({ at: iso(at), value: figure })),
    trueSince: state.trueSince === null ? null : iso(state.trueSince),
    firing: firing && {
      since: iso(firing.firedAt),
      acknowledgedBy: firing.acknowledged?.by ?? null,
      acknowledgedAt: firing.acknowledged ? iso(firing.acknowledged.at) : null,
    },
    heldBackUntil: !firing && holds > now ? iso(holds) : null,
    snoozedUntil: state.snoozedUntil > now ? iso(state.snoozedUntil) : null,
    pausedBy: state.paused?.by ?? null,
    error: error && { ...error, since: iso(error.since) },
    gaps: state.gaps.map((gap) => ({ ...gap, from: iso(gap.from), until: iso(gap.until) })),
    evaluations: state.evaluations,
    missed: state.missed,
    nextEvaluationAt: isoOrNull(rule.nextWake()),
    untold,
  };
}

export function statusOf({ state: { paused, firing, error, phase } }: Rule): RuleStatus {
  if (paused) return 'paused';
  if (firing) return 'firing';
  return error ? 'error' : phase;
}

const iso = (time: number): string => new Date(time).toISOString();
const isoOrNull = (time: number | null): string | null => (time === null ? null : iso(time));
