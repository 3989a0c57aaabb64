import { journeyWorkflowId } from '../../events/letter.ts';
import { sampleJourneys } from '../load-test/exactness.ts';
import { untilDrained } from '../load-test/offer.ts';
import type { FreshSystem } from './fresh-system.ts';
import { lastTaskCompletedAt } from './measure/journeys.ts';
import { lastCommitAt } from './measure/last-commit.ts';
import { lostAndDoubled } from './measure/lost-and-doubled.ts';
import { processorSeconds, processorSecondsOfAll, spent } from './measure/processor-time.ts';
import { ratePerSecond } from './measure/rate.ts';
import { untilIdle } from './measure/until-idle.ts';
import type { Bench } from './scenario.ts';

export interface Drained {
  /** Events a second from the start of reading until the last was in its actor. */
  readonly perSecond: number;
  /** Processor seconds of the Temporal server for each event; `null` where they cannot be read. */
  readonly temporalSecondsPerEvent: number | null;
  /** The same of bridge and worker together. */
  readonly ownSecondsPerEvent: number | null;
  readonly lost: number;
  readonly doubled: number;
}

const everyJourney = 1_000_000;

/** Watches bridge and worker take a backlog that was there when they began to read. */
export async function drainBacklog(
  { signal, tell }: Bench,
  { running, stores, readingSince }: FreshSystem,
  events: number,
): Promise<Drained> {
  const temporal = () => processorSeconds(running.serverProcessIds['Temporal']);
  const own = () => processorSecondsOfAll([running.bridge.pid(), running.worker.pid()]);
  const [before, ownBefore] = [await temporal(), await own()];
  tell('Draining it.');
  for (const sentence of await untilDrained(stores, signal, () => undefined)) tell(sentence);
  signal.throwIfAborted();
  await untilIdle(temporal, signal);
  const [after, ownAfter] = [await temporal(), await own()];
  const journeys = await sampleJourneys(stores, new Date(0), everyJourney);
  const exactness = await lostAndDoubled(stores, { sent: events, since: new Date(0), journeys });
  const workflowIds = journeys.map(({ journeyId }) => journeyWorkflowId(journeyId));
  const takenAt = await lastTaskCompletedAt(stores.temporal, workflowIds);
  const perEvent = (seconds: number | null) => (seconds === null ? null : seconds / events);
  return {
    perSecond: ratePerSecond(events, readingSince, takenAt),
    temporalSecondsPerEvent: perEvent(spent(before, after)),
    ownSecondsPerEvent: perEvent(spent(ownBefore, ownAfter)),
    ...exactness,
  };
}

/** The same of the record lane: events a second until the last row was committed. */
export async function recordedPerSecond(
  { stores, readingSince }: FreshSystem,
  events: number,
): Promise<number> {
  return ratePerSecond(events, readingSince, await lastCommitAt(stores.database));
}
