import {
  ActivityFailure,
  ApplicationFailure,
  log,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';

import type { AlertRuleActivities } from '../activities/activities.ts';
import type { Measurement, RuleQuestion } from '../events/alert-rule.ts';

/** An evaluation that does not come through at once is a gap: the next one is due soon. */
const quick = proxyLocalActivities<AlertRuleActivities>({
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '25s',
  retry: { initialInterval: '500ms', maximumAttempts: 2 },
});
/** What must be said is tried until it works, however long a store is away. */
const patient = proxyActivities<AlertRuleActivities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

export const evaluateRule = (question: RuleQuestion): Promise<Measurement> => quick.evaluateRule(question);

/** Measures and records nothing: for whoever tries a rule out. */
export const measureRule = (question: RuleQuestion): Promise<Measurement> => quick.measureRule(question);

/** Why an evaluation did not take place, in words. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  log.warn('a rule could not be evaluated; it is recorded as a gap', { error });
  return cause instanceof ApplicationFailure ? cause.message : 'the evaluation took too long';
}

/**
 * What a rule has to tell the world, one after the other and beside its evaluations: a store that is away holds up what is
 * said, and nothing else. It issues no command but in `startNext`, which the workflow calls at one place: whether an update or
 * the end of an activity comes first within a task must not change the order of commands, or a replay may find another.
 */
export class Outbox {
  private readonly waiting: ((activities: typeof patient) => Promise<void>)[] = [];
  private isBusy = false;
  private readonly onDone: () => void;

  constructor(onDone: () => void) {
    this.onDone = onDone;
  }

  /** How many things are not told yet, what is under way included. */
  get size(): number {
    return this.waiting.length + (this.isBusy ? 1 : 0);
  }

  add(effect: (activities: typeof patient) => Promise<void>): void {
    this.waiting.push(effect);
  }

  /** Begins what waits longest, unless something is under way. */
  startNext(): void {
    if (this.isBusy) return;
    const next = this.waiting.shift();
    if (next) void this.run(next);
  }

  private async run(effect: (activities: typeof patient) => Promise<void>): Promise<void> {
    this.isBusy = true;
    try {
      await effect(patient);
    } catch (error) {
      // Tried without end: only an activity that refuses for good comes here, or a workflow that is cancelled.
      log.error('a rule could not tell what it had to tell', { error });
    }
    this.isBusy = false;
    this.onDone();
  }
}
