import type { Stores } from '../../demo/observer.ts';
import { checkExactness, type JourneyCount } from '../../load-test/exactness.ts';
import { compareJourneys } from './journeys.ts';

export interface Delivered {
  readonly sent: number;
  readonly since: Date;
  /** The journeys to ask, with what the record holds of each. */
  readonly journeys: readonly JourneyCount[];
}

/** Events that are missing or too many, in the record or in an actor that was asked: both have to be zero. */
export async function lostAndDoubled(
  stores: Stores,
  { sent, since, journeys }: Delivered,
): Promise<{ readonly lost: number; readonly doubled: number }> {
  const record = await checkExactness(stores, sent, since, []);
  const actors = await compareJourneys(stores.temporal, journeys);
  return { lost: record.lost + actors.lost, doubled: record.doubled + actors.doubled };
}
