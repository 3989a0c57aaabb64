import {
  condition,
  continueAsNew,
  defineSignal,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

import {
  eventSignalName,
  type EventSignal,
  type OneSignalActivities,
  type OneSignalState,
} from './contract.ts';

const { recordStep } = proxyLocalActivities<OneSignalActivities>({ startToCloseTimeout: '5s' });
const eventSignal = defineSignal<[EventSignal]>(eventSignalName);

/**
 * A user's journey as most people would write it first: a signal for each event, a count, and an activity where the
 * user comes to another funnel step. It does less than Aisle's own, so what it costs is the signals.
 */
export async function oneSignalJourney(start: OneSignalState): Promise<void> {
  const { userId } = start;
  let { events, step } = start;
  const inbox: EventSignal[] = [];
  setHandler(eventSignal, (event) => void inbox.push(event));
  for (;;) {
    await condition(() => inbox.length > 0);
    for (const event of inbox.splice(0)) {
      events += 1;
      if (event.step === null || event.step === 'browse' || event.step === step) continue;
      step = event.step;
      await recordStep(userId, event.eventId, step, event.time);
    }
    if (inbox.length === 0 && workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof oneSignalJourney>({ userId, events, step });
    }
  }
}
