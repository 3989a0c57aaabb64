import { again } from '../../connections/back-off.ts';
import type { Log } from '../../connections/log.ts';
import { outageNotice } from '../../connections/outage-notice.ts';
import { isDatabaseUnavailable } from '../../connections/postgres.ts';
import type { Suppressions } from './suppressions.ts';

const askEveryMs = 250;
const pauseAfterFailureMs = 1_000;

/** Keeps a bridge's knowledge of who is erased less than a second old, until `stopping`, for as long as the database answers. */
export function keepInformed(suppressions: Suppressions, log: Log, stopping: AbortSignal): Promise<void> {
  return again(() => suppressions.refresh(), {
    everyMs: askEveryMs,
    pauseAfterFailureMs,
    mayRetry: isDatabaseUnavailable,
    ...outageNotice(log, {
      away: 'who is erased could not be asked; trying again',
      back: 'who is erased can be asked again',
    }),
    stopping,
  });
}
