import { log, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';

import type {
  JourneyActivities,
  Recalled,
  RecallQuestion,
  SilenceAnswer,
  SilenceQuestion,
} from '../activities/activities.ts';
import type { ErasureActivities } from '../activities/erasure/activities.ts';
import type { UsualLoadTime } from '../events/checkout-trouble.ts';
import type { JourneyRecord } from '../events/journey-record.ts';

/**
 * Effects run as local activities, a few milliseconds each. When a store is away for longer, the same effect goes on
 * as an ordinary activity, tried until it works: a workflow task must not be held open for an outage.
 */
const quick = proxyLocalActivities<JourneyActivities>({
  startToCloseTimeout: '5s',
  scheduleToCloseTimeout: '6s',
  retry: { initialInterval: '200ms', maximumAttempts: 2 },
});
const patient = proxyActivities<JourneyActivities & ErasureActivities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
});

const mustBeWritten = 'the record could not be written at once; trying until it works';
const mustBeAnswered = 'the record could not be asked at once; trying until it answers';

export const recordJourney = (journeyId: string, record: JourneyRecord): Promise<void> =>
  inAnyCase((activities) => activities.recordJourney(journeyId, record), mustBeWritten);

export const askSilence = (question: SilenceQuestion): Promise<SilenceAnswer> =>
  inAnyCase((activities) => activities.askSilence(question), mustBeAnswered);

export const recallEvents = (question: RecallQuestion): Promise<Recalled | null> =>
  inAnyCase((activities) => activities.recallEvents(question), mustBeAnswered);

async function inAnyCase<Result>(
  effect: (activities: JourneyActivities) => Promise<Result>,
  sentence: string,
): Promise<Result> {
  try {
    return await effect(quick);
  } catch (error) {
    log.warn(sentence, { error });
    return effect(patient);
  }
}

/** Not worth a wait: who is told that a page was slow long after is told nothing. `null` as well when nobody knows. */
export async function askUsualLoadTime(page: string): Promise<UsualLoadTime | null> {
  try {
    return await quick.askUsualLoadTime(page);
  } catch (error) {
    log.warn('the usual load time of a page could not be asked; the page is not judged', { error });
    return null;
  }
}

/** Has the user erased by a workflow of its own, which ends this journey too. */
export const requestErasure = (journeyId: string): Promise<void> => patient.requestErasure(journeyId);
