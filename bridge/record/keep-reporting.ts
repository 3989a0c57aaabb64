import { setTimeout as sleep } from 'node:timers/promises';

import { isKafkaUnavailable } from '../../connections/kafka.ts';
import type { Log } from '../../connections/log.ts';
import { isDatabaseUnavailable } from '../../connections/postgres.ts';
import type { ProgressReport } from './report-progress.ts';

const reportEveryMs = 250;
const pauseAfterFailureMs = 2_000;

/** Reports the record's progress until `stopping`. While it cannot be reported, nobody is called silent: that is safe. */
export async function keepReporting(
  progress: ProgressReport,
  log: Log,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    let pauseMs = reportEveryMs;
    try {
      await progress.report();
    } catch (error) {
      if (!isDatabaseUnavailable(error) && !isKafkaUnavailable(error)) throw error;
      log.warn({ error: (error as Error).name }, 'the record’s progress could not be reported; trying again');
      pauseMs = pauseAfterFailureMs;
    }
    await sleep(pauseMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}
