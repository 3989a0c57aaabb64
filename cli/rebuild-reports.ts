import { createRebuildReports, type RebuildStep } from '../activities/roll-ups/rebuild-reports.ts';
import { createLog } from '../connections/log.ts';
import { connectPostgres, isSchemaMissing, reachingPostgres } from '../connections/postgres.ts';
import { SetupError } from '../stack/setup-error.ts';
import { onStopRequest } from '../stack/stop-request.ts';
import { settingsOfRunningSystem } from './journey/running-system.ts';
import { createProgressLine } from './progress-line.ts';

const brokenOffExitCode = 130;

/**
 * `npx aisle rebuild-reports`: makes sessions, minutes and sums again from the record, step by step. Ctrl-C breaks it off
 * between two steps; the worker or the next call goes on from there.
 */
export async function runRebuildReports(): Promise<void> {
  const settings = await settingsOfRunningSystem('DB_HOST');
  const database = connectPostgres(
    settings,
    createLog('rebuild-reports', settings.LOG_LEVEL),
    'aisle-rebuild',
  );
  const rebuild = createRebuildReports(database, settings.SESSION_GAP);
  const stop = onStopRequest();
  let journeys = 0;
  const show = createProgressLine();
  try {
    await reachingPostgres(settings, () => rebuild.request());
    for (;;) {
      if (stop.signal.aborted) {
        show.end('Broken off: the worker goes on with it, or the next call.');
        process.exitCode = brokenOffExitCode;
        return;
      }
      const step = await rebuild.step();
      if (step.of === 'nothing') break;
      if (step.of === 'journeys') journeys += step.journeys;
      show.update(inWords(step, journeys));
    }
    show.end('The reports are rebuilt.');
  } catch (error) {
    if (isSchemaMissing(error))
      throw new SetupError('The database is not up to date: run npm run migrate first.');
    throw error;
  } finally {
    stop.dispose();
    await database.end();
  }
}

const inWords = (step: Exclude<RebuildStep, { of: 'nothing' }>, journeys: number): string =>
  step.of === 'journeys'
    ? `Sessions and minutes of ${journeys} journeys`
    : `Sums up to ${step.until.toISOString().slice(0, 16)}Z`;
