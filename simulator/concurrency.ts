import { visit, type Surroundings } from './session.ts';
import { createCrowd } from './visitors.ts';

/**
 * How many visits at once give `ratePerSecond`: measured on a sample, as the mean time that a visit lasts for each
 * event it sends depends on the whole profile. The sample has a stream of chance of its own.
 */
export function visitsAtOnce(ratePerSecond: number, around: Surroundings, sample = 400): number {
  const crowd = createCrowd({ ...around.profile, regulars: 0 }, around.randomness);
  let events = 0;
  let totalMs = 0;
  for (let count = 0; count < sample; count += 1) {
    for (const moment of visit(crowd.arrive(0), around)) {
      events += 1;
      totalMs += moment.afterMs;
    }
    totalMs += restBeforeNextVisit(around);
  }
  return Math.max(1, Math.round((ratePerSecond / 1000) * (totalMs / events)));
}

/** The mean pause between one visit and the next that takes its place, in milliseconds. */
export function restBeforeNextVisit({ profile }: Surroundings): number {
  return profile.thinkTime.median;
}
