import { newJourney, type JourneyState } from './state.ts';

/**
 * Makes a state that another release has written fit for this one: what it lacks gets the value of a new journey, and what
 * only the other release knows is kept, so that going forward again finds it. Fields inside a session, a cart, a purchase
 * or an abandonment have no such default: a new one there must be optional.
 */
export function upgradeState(journeyId: string, stored: Partial<JourneyState> = {}): JourneyState {
  const fresh = newJourney(journeyId);
  return { ...fresh, ...stored, counts: { ...fresh.counts, ...stored.counts } };
}
