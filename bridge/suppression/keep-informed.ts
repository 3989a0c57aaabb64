import { setTimeout as sleep } from 'node:timers/promises';

import type { Log } from '../../connections/log.ts';
import { isDatabaseUnavailable } from '../../connections/postgres.ts';
import type { Suppressions } from './suppressions.ts';

const askEveryMs = 250;
const pauseAfterFailureMs = 1_000;

/** Keeps a bridge's knowledge of who is erased less than a second old, until `stopping`, for as long as the database answers. */
export async function keepInformed(
  suppressions: Suppressions,
  log: Log,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    let pauseMs = askEveryMs;
    try {
      await suppressions.refresh();
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      log.warn({ error: (error as Error).name }, 'who is erased could not be asked; trying again');
      pauseMs = pauseAfterFailureMs;
    }
    await sleep(pauseMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}
