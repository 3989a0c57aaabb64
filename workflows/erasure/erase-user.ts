import {
  continueAsNew,
  defineQuery,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';

import type { ErasureActivities } from '../../activities/erasure/activities.ts';
import {
  erasureQueryName,
  erasureSteps,
  type ErasureProgress,
  type ErasureReceipt,
  type ErasureStep,
} from '../../events/erasure.ts';

export const erasureQuery = defineQuery<ErasureProgress>(erasureQueryName);

/** Tried until they work: an erasure is over when nothing is left, and not before. A worker that dies is noticed by its heart. */
const steps = proxyActivities<ErasureActivities>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
});

/** By then every bridge has heard of a suppression, and what one had under way before has arrived. */
const untilEveryBridgeKnowsMs = 1_000;
const firstPauseMs = 1_000;
const longestPauseMs = 300_000;

/**
 * Erases one person, whom only the database knows by the receipt's number. First nobody can come back, then all goes, then
 * somebody looks; what was found has come from before, and all is done again.
 */
export async function eraseUser(receiptNumber: string): Promise<ErasureReceipt> {
  let progress: ErasureProgress = { step: 'suppressing', round: 1 };
  setHandler(erasureQuery, () => progress);
  const enter = (step: ErasureStep): void => {
    progress = { ...progress, step };
    setCurrentDetails(detailsOf(progress));
  };

  let pauseMs = firstPauseMs;
  for (;;) {
    enter('suppressing');
    let visitors: number;
    do {
      visitors = await steps.suppress(receiptNumber);
      enter('waiting for writers');
      await steps.waitForWriters(receiptNumber);
      // In what was just waited for, another visitor may have shown to be this person.
    } while (visitors > 0);
    enter('stopping journeys');
    await steps.stopJourneys(receiptNumber);
    await sleep(untilEveryBridgeKnowsMs);
    enter('erasing rows');
    await steps.eraseRows(receiptNumber);
    enter('writing tombstones');
    const topics = await steps.writeTombstones(receiptNumber);
    enter('erasing runs');
    await steps.eraseRuns(receiptNumber);
    enter('destroying keys');
    await steps.destroyKeys(receiptNumber);
    enter('verifying');
    const left = await steps.countWhatIsLeft(receiptNumber);
    if (Object.values(left).every((count) => count === 0)) {
      enter('issuing the receipt');
      return steps.issueReceipt(receiptNumber, left, topics);
    }
    await sleep(pauseMs);
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    progress = { ...progress, round: progress.round + 1 };
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof eraseUser>(receiptNumber);
  }
}

function detailsOf({ step, round }: ErasureProgress): string {
  const lines = erasureSteps.map((name) => (name === step ? `- **${name}**` : `- ${name}`));
  return [...lines, ...(round > 1 ? ['', `Round ${round}: the verification found something.`] : [])].join(
    '\n',
  );
}
