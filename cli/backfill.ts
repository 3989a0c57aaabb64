import { createRecordIdentities } from '../activities/record-identities.ts';
import { onlyKept } from '../bridge/backfill/kept-events.ts';
import { UnreadableFileError, type FileFormat } from '../bridge/backfill/read-file.ts';
import { RecordFiller } from '../bridge/backfill/record-filler.ts';
import { createParser } from '../bridge/parse/parse-event.ts';
import { createPseudonyms } from '../bridge/parse/pseudonyms.ts';
import { createLog } from '../connections/log.ts';
import {
  connectPostgres,
  isSchemaMissing,
  reachingPostgres,
  type Database,
} from '../connections/postgres.ts';
import { SettingsError } from '../settings/settings-error.ts';
import type { Settings } from '../settings/settings.ts';
import { SetupError } from '../stack/setup-error.ts';
import { onStopRequest } from '../stack/stop-request.ts';
import { fillFromFile } from './backfill/fill-from-file.ts';
import { fillFromTopic } from './backfill/fill-from-topic.ts';
import { RejectsFile } from './backfill/rejects-file.ts';
import { summaryOf, summaryText } from './backfill/summary.ts';
import { settingsOfRunningSystem } from './journey/running-system.ts';

export interface BackfillOptions {
  /** `-` is stdin; none is `raw-events`, which `fromTopic` says as well. */
  readonly file: string | undefined;
  readonly fromTopic: boolean;
  readonly format?: FileFormat | undefined;
  readonly rejects?: string | undefined;
  readonly json: boolean;
}

const brokenOffExitCode = 130;

/** `npx aisle backfill`: fills the record with old events and prints what became of them. */
export async function runBackfill({ file, format, ...options }: BackfillOptions): Promise<void> {
  if ((file === undefined) !== options.fromTopic)
    throw new SetupError('Backfill from where? Give a file, or - for stdin, or --from-topic.');
  const settings = await settingsOfRunningSystem('DB_HOST');
  const parse = parserOf(settings);
  const log = createLog('backfill', settings.LOG_LEVEL);
  const rejects = new RejectsFile(options.rejects ?? rejectsPathOf(file));
  const database = connectPostgres(settings, log, 'aisle-backfill');
  const stop = onStopRequest();
  const begunAt = performance.now();
  try {
    await reachingPostgres(settings, () => checkSchema(database));
    const filler = new RecordFiller({
      parse: await onlyKept(parse, database),
      database,
      recordIdentities: createRecordIdentities(database),
      batchSize: settings.BATCH_SIZE,
      reject: (entries) => rejects.write(entries),
      onRetry: (error, attempt) =>
        log.warn(
          { code: (error as { code?: string }).code, attempt },
          'PostgreSQL is not available; the backfill waits',
        ),
      signal: stop.signal,
    });
    const { MAX_EVENT_BYTES: maxEventBytes } = settings;
    const { signal } = stop;
    const filling =
      file === undefined
        ? fillFromTopic(filler, settings, log, signal)
        : fillFromFile(filler, { path: file, format, maxEventBytes, signal });
    const failure = await filling.then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    const isBrokenOff = stop.signal.aborted;
    if (failure !== undefined && !isBrokenOff && !(failure instanceof UnreadableFileError)) throw failure;
    const seconds = (performance.now() - begunAt) / 1000;
    const summary = summaryOf(filler.counts, rejects.path, seconds, failure === undefined && !isBrokenOff);
    process.stdout.write(`${options.json ? JSON.stringify(summary) : summaryText(summary)}\n`);
    if (failure instanceof UnreadableFileError) throw new SetupError(failure.message);
    if (isBrokenOff) process.exitCode = brokenOffExitCode;
    else if (summary.rejected > 0 && summary.rejected === summary.read) process.exitCode = 1;
  } finally {
    stop.dispose();
    await rejects.close();
    await database.end();
  }
}

const rejectsPathOf = (file: string | undefined): string =>
  `${file === undefined || file === '-' ? 'backfill' : file}.rejects.ndjson`;

async function checkSchema(database: Database): Promise<void> {
  try {
    await database.query('SELECT backfilled FROM events LIMIT 0');
  } catch (error) {
    if (!isSchemaMissing(error)) throw error;
    throw new SetupError(
      'The tables are not there, or those of an older version: run npm run migrate first.',
    );
  }
}

function parserOf(settings: Settings) {
  const { PSEUDONYM_KEY: key } = settings;
  if (key === undefined) {
    throw new SettingsError([
      'PSEUDONYM_KEY: expected the secret of the bridge; with another one old events would be those of other people',
    ]);
  }
  return createParser(createPseudonyms(key), {
    maxEventBytes: settings.MAX_EVENT_BYTES,
    clockSkewLimitMs: settings.CLOCK_SKEW_LIMIT,
  });
}
