import type { RuleDefinition } from '../../events/alert-rule.ts';

const second = 1_000;
/** So long an event may take into the record, in an ordinary minute. */
const longestSettlingMs = 2 * second;
const longestSpreadMs = 8 * second;

type Timed = Pick<RuleDefinition, 'name' | 'everyMs'>;

/**
 * Instants at which a rule is due are the multiples of its `every`, the same for all rules: equal windows are then measured
 * once for all. Each rule asks a little later, at a moment of its own, so that a hundred do not wake at once.
 */
export function delayOf({ name, everyMs }: Timed): number {
  const part = everyMs / 5;
  return Math.round(Math.min(longestSettlingMs, part) + fractionOf(name) * Math.min(longestSpreadMs, part));
}

export const latestInstant = (now: number, everyMs: number): number => Math.floor(now / everyMs) * everyMs;

export const nextInstant = (after: number, everyMs: number): number =>
  latestInstant(after, everyMs) + everyMs;

/** When the next evaluation is to be made. */
export const nextWake = (rule: Timed, settledUntil: number): number =>
  nextInstant(settledUntil, rule.everyMs) + delayOf(rule);

export interface Due {
  /** The instant to evaluate. */
  readonly at: number;
  /** How many instants before it can only be recorded as missed, and the first of them. */
  readonly missed: number;
  readonly firstMissed: number;
}

/** What is due at `now`; `null` while nothing is. */
export function dueAt(rule: Timed, settledUntil: number, now: number): Due | null {
  const { everyMs } = rule;
  const at = latestInstant(now - delayOf(rule), everyMs);
  if (at <= settledUntil) return null;
  const firstMissed = nextInstant(settledUntil, everyMs);
  return { at, firstMissed, missed: Math.round((at - firstMissed) / everyMs) };
}

/** A number from 0 to 1 that is always the same for a name (FNV-1a, 32 bits). */
function fractionOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash / 2 ** 32;
}
