import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';

import type { RolledUp, RollUpActivities } from '../activities/activities.ts';

const { rollUp: takeNews } = proxyActivities<RollUpActivities>({
  // A run takes seconds; a busy hour that is rebuilt takes minutes.
  startToCloseTimeout: '15m',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

/** Started by a schedule. Brings the roll-ups up to date with the record; running it twice changes nothing. */
export async function rollUp(): Promise<RolledUp> {
  const done = await takeNews();
  setCurrentDetails(inWords(done));
  return done;
}

function inWords({ events, sessions, minutes, slices, behind, rebuilding }: RolledUp): string {
  const took = `Took ${events} events in ${slices} slices: ${sessions} sessions and ${minutes} minutes written.`;
  const more = behind ? ' More is waiting: the next run goes on.' : '';
  return took + more + (rebuilding ? ' The reports are being rebuilt.' : '');
}
