import { proxyActivities } from '@temporalio/workflow';

import type { RollUpActivities } from '../activities/activities.ts';

const { rollUp: recompute } = proxyActivities<RollUpActivities>({
  startToCloseTimeout: '5m',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

/** Started by a schedule. Recomputes what was touched since the last run; running it twice changes nothing. */
export async function rollUp(): Promise<{ sessions: number; minutes: number }> {
  return recompute();
}
