import type {
  Measurement,
  RuleAnnouncement,
  RuleDefinition,
  RuleGap,
  RuleQuestion,
} from '../../events/alert-rule.ts';
import { byTheRule } from '../../events/rule-words.ts';
import { addGap } from './gaps.ts';
import { dueAt, latestInstant, nextWake } from './instants.ts';
import { judge } from './judge.ts';
import type { Phase, RuleState } from './state.ts';

const mostRecent = 10;
const mostUnrecorded = 20;
const nobody = 'no worker was there, or it had no time';

/**
 * One rule: what is due, and what a measurement makes of it. Pure: it knows no clock but the times it is told.
 * ok → pending (true, for less than `for`, or held back) → firing → resolved (for the cool-down) → ok.
 */
export class Rule {
  readonly state: RuleState;

  constructor(state: RuleState) {
    this.state = state;
  }

  /** When it has something to do next; `null` while it is paused. */
  nextWake(): number | null {
    const { paused, definition, settledUntil } = this.state;
    return paused ? null : nextWake(definition, settledUntil);
  }

  /** The evaluation that is due at `now`. Instants before it that nobody was there for are noted as missed. */
  question(now: number): RuleQuestion | null {
    const { state } = this;
    const { definition } = state;
    const due = state.paused ? null : dueAt(definition, state.settledUntil, now);
    if (!due) return null;
    if (due.missed > 0)
      this.miss({
        from: due.firstMissed,
        until: due.at - definition.everyMs,
        missed: due.missed,
        reason: nobody,
      });
    const { name, measure, windowMs } = definition;
    return { rule: name, measure, at: due.at, windowMs, gaps: [...state.unrecorded] };
  }

  /** The evaluation could not be made, for a reason that is not the rule's: one more that was missed. */
  couldNotAsk(question: RuleQuestion, reason: string): void {
    this.miss({ from: question.at, until: question.at, missed: 1, reason });
  }

  private miss(gap: RuleGap): void {
    const { state } = this;
    state.missed += gap.missed;
    state.settledUntil = Math.max(state.settledUntil, gap.until);
    const { everyMs } = state.definition;
    state.gaps = addGap(state.gaps, gap, everyMs, mostRecent + 1).slice(-mostRecent);
    state.unrecorded = addGap(state.unrecorded, gap, everyMs, mostUnrecorded);
  }

  /** Takes the answer to a question; what is to be said because of it, if anything. */
  observe({ at, gaps }: RuleQuestion, measurement: Measurement): RuleAnnouncement | null {
    const { state } = this;
    if (at <= state.settledUntil) return null;
    state.settledUntil = at;
    state.evaluations += 1;
    state.unrecorded = state.unrecorded.slice(gaps.length);
    state.last = { at, measurement };
    const value = measurement.kind === 'value' ? measurement.value : null;
    state.recent = [...state.recent, { at, value }].slice(-mostRecent);
    this.noteError(at, measurement);
    const truth = judge(state.definition, measurement, state.firing !== null);
    if (truth === 'unknown') return this.observeNothing(at, measurement);
    return truth ? this.observeTrue(at, measurement) : this.observeFalse(at, measurement);
  }

  private noteError(at: number, measurement: Measurement): void {
    const { state } = this;
    if (measurement.kind !== 'error') state.error = null;
    else {
      const { since = at, times = 0 } = state.error ?? {};
      state.error = { problem: measurement.problem, since, times: times + 1 };
    }
  }

  private observeNothing(at: number, measurement: Measurement): null {
    const { state } = this;
    if (!state.firing && measurement.kind !== 'error') this.enter('no data', at);
    return null;
  }

  private observeTrue(at: number, measurement: Measurement): RuleAnnouncement | null {
    const { state } = this;
    const { forMs, everyMs } = state.definition;
    // What was true before and is true after a stretch that nobody measured is taken as true in it, up to `for`.
    const lasts =
      state.trueSince !== null && state.trueLast !== null && at - state.trueLast <= everyMs + forMs;
    state.trueSince = lasts ? state.trueSince : at;
    state.trueLast = at;
    if (state.firing) return null;
    const firesAt = Math.max((state.trueSince ?? at) + forMs, state.coolsUntil, state.snoozedUntil);
    if (at < firesAt) {
      this.enter('pending', at);
      return null;
    }
    state.firing = { firedAt: at, acknowledged: null };
    this.enter('firing', at);
    return this.announce('firing', at, at, measurement, byTheRule);
  }

  private observeFalse(at: number, measurement: Measurement): RuleAnnouncement | null {
    const { state } = this;
    if (state.firing) return this.resolve(at, measurement, byTheRule);
    state.trueSince = null;
    state.trueLast = null;
    this.enter(at < state.coolsUntil ? 'resolved' : 'ok', at);
    return null;
  }

  private resolve(at: number, measurement: Measurement, by: string): RuleAnnouncement {
    const { state } = this;
    const firedAt = state.firing?.firedAt ?? at;
    state.firing = null;
    state.trueSince = null;
    state.trueLast = null;
    state.coolsUntil = at + state.definition.cooldownMs;
    this.enter('resolved', at);
    return this.announce('resolved', firedAt, at, measurement, by);
  }

  /** The rule ends: an alert that stands is taken back, as nobody would do it later. */
  end(now: number, by: string): RuleAnnouncement | null {
    return this.state.firing ? this.resolve(now, { kind: 'no data' }, by) : null;
  }

  /** Takes another definition and keeps all that it knows. */
  change(definition: RuleDefinition, now: number): void {
    const { state } = this;
    if (definition.everyMs !== state.definition.everyMs) this.passOver(now, definition.everyMs);
    state.definition = definition;
    state.version += 1;
    state.error = null;
  }

  /** No evaluation takes place until it is resumed; an alert that stands stays. */
  pause(now: number, by: string): void {
    this.state.paused = { by, at: now };
  }

  resume(now: number): void {
    const { state } = this;
    state.paused = null;
    this.passOver(now, state.definition.everyMs);
  }

  /** Instants up to `now` are not due any more, and are no gap: somebody wanted it so. */
  private passOver(now: number, everyMs: number): void {
    this.state.settledUntil = Math.max(this.state.settledUntil, latestInstant(now, everyMs));
  }

  snooze(until: number): void {
    this.state.snoozedUntil = until;
  }

  acknowledge(now: number, by: string): void {
    if (this.state.firing) this.state.firing.acknowledged = { by, at: now };
  }

  private enter(phase: Phase, at: number): void {
    const { state } = this;
    if (state.phase === phase) return;
    state.phase = phase;
    state.phaseSince = at;
  }

  private announce(
    status: RuleAnnouncement['status'],
    firedAt: number,
    at: number,
    measurement: Measurement,
    by: string,
  ): RuleAnnouncement {
    const { definition } = this.state;
    const measured = measurement.kind === 'value' ? measurement : null;
    return {
      ...{ status, definition, firedAt, at, by },
      value: measured?.value ?? null,
      samples: measured?.samples ?? 0,
      subject: measured?.subject ?? null,
    };
  }
}
