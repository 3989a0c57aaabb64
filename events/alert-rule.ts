import type { Severity } from './alert.ts';

/** What becomes of a rule while nothing can be measured: left as it is, taken as true, or taken as not true. */
export const noDataPolicies = ['keep', 'fire', 'resolve'] as const;
export type NoDataPolicy = (typeof noDataPolicies)[number];

/** One rule as `rules.yaml` gives it, checked and with its defaults. All durations are milliseconds. */
export interface RuleDefinition {
  /** Also the alerts' type and part of the workflow's id: small letters, digits and `_`. */
  readonly name: string;
  readonly description: string;
  /** What is measured: a metric by its name, or the rule's own SQL. */
  readonly measure: { readonly metric: string } | { readonly sql: string; readonly unit: string };
  /** On which side of the threshold the rule is true; the threshold itself is on neither. */
  readonly side: 'above' | 'below';
  readonly threshold: number;
  /** A firing rule resolves once the value is back at or behind this: the threshold, or further back (hysteresis). */
  readonly resolveAt: number;
  /** The time before each evaluation that is measured. */
  readonly windowMs: number;
  readonly everyMs: number;
  /** How long the rule must be true before it fires; zero: at once. */
  readonly forMs: number;
  /** After it has resolved, it does not fire again for so long. */
  readonly cooldownMs: number;
  /** With fewer samples in the window the value says nothing, and the rule is not judged. */
  readonly minimumSample: number;
  readonly noData: NoDataPolicy;
  readonly severity: Severity;
}

/** One measurement, by what it says about the rule. */
export type Measurement =
  | { readonly kind: 'value'; readonly value: number; readonly samples: number; readonly subject?: string }
  /** There was nothing to measure in the window. */
  | { readonly kind: 'no data' }
  /** It could not be measured, and trying again as it is cannot help: a sentence on what is wrong with the rule. */
  | { readonly kind: 'error'; readonly problem: string };

/** Evaluations that did not take place: every due instant from the first to the last. */
export interface RuleGap {
  readonly from: number;
  readonly until: number;
  readonly missed: number;
  readonly reason: string;
}

/** What a rule asks an activity at one instant. */
export interface RuleQuestion {
  readonly rule: string;
  readonly measure: RuleDefinition['measure'];
  /** The end of the window, milliseconds since 1970. */
  readonly at: number;
  readonly windowMs: number;
  /** What was missed before it, to be recorded with it. */
  readonly gaps: readonly RuleGap[];
}

/** What a rule says to the world. */
export interface RuleAnnouncement {
  readonly status: 'firing' | 'resolved';
  readonly definition: RuleDefinition;
  /** With the name it identifies the alert: firing and resolving are about the same one. */
  readonly firedAt: number;
  readonly at: number;
  /** What was measured; `null` where nothing was, as when a rule with `no_data: fire` fires. */
  readonly value: number | null;
  readonly samples: number;
  /** What the value is about, such as a product, where the metric says so. */
  readonly subject: string | null;
  /** Who resolved it: the rule itself, or whoever removed it. */
  readonly by: string;
}

export interface RuleAcknowledgement {
  readonly rule: string;
  readonly firedAt: number;
  readonly at: number;
  readonly by: string;
}

export const alertRuleWorkflowType = 'alertRule';
export const alertRuleWorkflowId = (name: string): string => `alert-rule/${name}`;
export const ruleNamePattern = /^[a-z][a-z0-9_]{0,62}$/;

export const ruleQueryName = 'rule';

/** The updates that a running rule takes. Each is refused with a sentence where it makes no sense. */
export const ruleUpdates = {
  change: 'change',
  pause: 'pause',
  resume: 'resume',
  snooze: 'snooze',
  acknowledge: 'acknowledge',
  test: 'test',
  remove: 'remove',
} as const;
export type RuleUpdate = keyof typeof ruleUpdates;

export const longestSnoozeMs = 30 * 24 * 60 * 60 * 1000;
