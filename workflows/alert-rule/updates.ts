import { longestSnoozeMs, type RuleDefinition } from '../../events/alert-rule.ts';
import { problemsOf } from '../../events/rule-check.ts';
import type { Rule } from './rule.ts';

/** Each throws where the update makes no sense, and takes the update's arguments. */
export interface RuleRefusals {
  readonly change: (definition: RuleDefinition, by: string) => void;
  readonly pause: (by: string) => void;
  readonly resume: (by: string) => void;
  readonly snooze: (forMs: number, by: string) => void;
  readonly acknowledge: (by: string) => void;
  readonly test: (by: string) => void;
  readonly remove: (by: string) => void;
}

/** The reasons for which a running rule refuses an update, each thrown as one sentence. */
export function refusing(rule: Rule, wanted: { readonly removedBy: string | null }): RuleRefusals {
  const { state } = rule;
  const named = (sentence: string): never => {
    throw new Error(`${state.definition.name} ${sentence}`);
  };
  const unlessRemoved = (): void => {
    if (wanted.removedBy !== null) named('is being removed');
  };
  return {
    change: (definition: RuleDefinition): void => {
      unlessRemoved();
      if (definition.name !== state.definition.name)
        named(`cannot become ${definition.name}: the name stays`);
      const [first] = problemsOf(definition);
      if (first) named(`cannot be changed: ${first.field}: ${first.problem}`);
    },
    pause: (): void => {
      unlessRemoved();
      if (state.paused) named(`is paused already, by ${state.paused.by}`);
    },
    resume: (): void => {
      unlessRemoved();
      if (!state.paused) named('is not paused');
    },
    snooze: (forMs: number): void => {
      unlessRemoved();
      if (!(forMs > 0 && forMs <= longestSnoozeMs)) named('can be snoozed for up to 30 days');
    },
    acknowledge: (): void => {
      unlessRemoved();
      if (!state.firing) named('has no alert that stands: there is nothing to acknowledge');
      const { by, at } = state.firing?.acknowledged ?? {};
      if (by !== undefined) named(`was acknowledged already, by ${by} at ${new Date(at ?? 0).toISOString()}`);
    },
    test: unlessRemoved,
    remove: unlessRemoved,
  };
}
