import { kafkaRefusal } from '../connections/kafka.ts';
import { createLog, type Log } from '../connections/log.ts';
import { temporalRefusal } from '../connections/temporal.ts';
import { readSettings, type Settings } from '../settings/settings.ts';
import { keepAlive } from './liveness.ts';

export interface Running {
  readonly settings: Settings;
  readonly log: Log;
  readonly onReady: () => void;
  readonly stopping: AbortSignal;
}

/**
 * What every process of ours does around its work: settings once, a log, SIGINT and SIGTERM as one request to stop, the
 * line `READY` on stdout when it works, and a fresh liveness file from then on.
 */
export async function runUntilStopped(
  name: string,
  work: (running: Running) => Promise<void>,
): Promise<void> {
  const settings = readSettings();
  const log = createLog(name, settings.LOG_LEVEL);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  let endLiveness: () => void = () => undefined;
  const onReady = () => {
    process.stdout.write('READY\n');
    keepAlive(settings.LIVENESS_FILE).then(
      (end) => {
        endLiveness = end;
      },
      (error: unknown) => log.error({ error: (error as Error).name }, 'LIVENESS_FILE cannot be written'),
    );
    log.info('ready');
  };
  try {
    await work({ settings, log, onReady, stopping: stop.signal });
    log.info('stopped');
  } catch (error) {
    const told = kafkaRefusal(settings, error) ?? temporalRefusal(settings, error) ?? error;
    log.fatal({ error: describe(told) }, 'stopped by an error that no retry can mend');
    throw told;
  } finally {
    endLiveness();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'not an error';
}
