import { again } from '../../connections/back-off.ts';
import { isKafkaUnavailable } from '../../connections/kafka.ts';
import type { Log } from '../../connections/log.ts';
import { outageNotice } from '../../connections/outage-notice.ts';
import { isDatabaseUnavailable } from '../../connections/postgres.ts';
import type { ProgressReport } from './report-progress.ts';

const reportEveryMs = 250;
const pauseAfterFailureMs = 2_000;

/** Reports the record's progress until `stopping`. While it cannot be reported, nobody is called silent: that is safe. */
export function keepReporting(progress: ProgressReport, log: Log, stopping: AbortSignal): Promise<void> {
  return again(() => progress.report(), {
    everyMs: reportEveryMs,
    pauseAfterFailureMs,
    mayRetry: (error) => isDatabaseUnavailable(error) || isKafkaUnavailable(error),
    ...outageNotice(log, {
      away: 'the record’s progress could not be reported; trying again',
      back: 'the record’s progress can be reported again',
    }),
    stopping,
  });
}
