import type { JourneyRules } from '../../events/letter.ts';
import type { SegmentRow } from '../../events/segment.ts';
import { segmentOf } from './segments.ts';
import { turnPages } from './signs.ts';
import type { JourneyState } from './state.ts';

/** Brings the segment up to what the state says at `at`, an event's time or a deadline. Tells nobody. */
export function followSegment(state: JourneyState, rules: JourneyRules, at: number): void {
  turnPages(state);
  const { segment } = segmentOf(state, rules);
  if (segment === state.segment.segment) return;
  state.segment.segment = segment;
  state.segment.since = Math.max(state.segment.since, at);
}

/**
 * The change that has to be told, if there is one; it counts as told from then on. That somebody new came back is
 * told with the next rows that are written anyway: it is no reason to write, and most who come back only look around.
 */
export function changeToTell(
  state: JourneyState,
  rules: JourneyRules,
  writesAnyway: boolean,
): SegmentRow | null {
  const { segment, since, told } = state.segment;
  if (segment === told) return null;
  if (told === 'new' && segment === 'returning' && !writesAnyway) return null;
  state.segment.told = segment;
  const { cart, session, sessions, purchases, purchasedValue, abandonments } = state;
  return {
    segment,
    previous: told,
    since,
    because: segmentOf(state, rules).because,
    step: session?.step ?? 'browse',
    cartValue: cart?.value ?? null,
    currency: cart?.currency ?? null,
    sessions,
    purchases,
    purchasedValue,
    abandonments,
  };
}
