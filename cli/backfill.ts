import { createRecordIdentities } from '../activities/record-identities.ts';
import { onlyKept } from '../bridge/backfill/kept-events.ts';
import { UnreadableFileError, type FileFormat } from '../bridge/backfill/read-file.ts';
import { RecordFiller } from '../bridge/backfill/record-filler.ts';
import { onlyUnerased } from '../bridge/backfill/unerased-events.ts';
import { createLog } from '../connections/log.ts';
import { outageNotice } from '../connections/outage-notice.ts';
import { SetupError } from '../stack/setup-error.ts';
import { onStopRequest } from '../stack/stop-request.ts';
import { askDatabase } from './ask-database.ts';
import { fillFromFile } from './backfill/fill-from-file.ts';
import { fillFromTopic } from './backfill/fill-from-topic.ts';
import { RejectsFile } from './backfill/rejects-file.ts';
import { summaryOf, summaryText } from './backfill/summary.ts';
import { settingsOfRunningSystem } from './journey/running-system.ts';
import { parserOf } from './parser-of.ts';
import { print } from './report/print.ts';

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
  const stop = onStopRequest();
  const { signal } = stop;
  const begunAt = performance.now();
  try {
    const { counts, failure } = await askDatabase(settings, async (database) => {
      const filler = new RecordFiller({
        parse: await onlyUnerased(await onlyKept(parse, database), database),
        database,
        recordIdentities: createRecordIdentities(database),
        batchSize: settings.BATCH_SIZE,
        reject: (entries) => rejects.write(entries),
        databaseNotice: outageNotice(log, {
          away: 'PostgreSQL is not available; the backfill waits',
          back: 'PostgreSQL is available again; the backfill goes on',
        }),
        signal,
      });
      const { MAX_EVENT_BYTES: maxEventBytes } = settings;
      const filling =
        file === undefined
          ? fillFromTopic(filler, settings, log, signal)
          : fillFromFile(filler, { path: file, format, maxEventBytes, signal });
      const failure = await filling.then(
        () => undefined,
        (error: unknown) => error as Error,
      );
      if (failure !== undefined && !signal.aborted && !(failure instanceof UnreadableFileError))
        throw failure;
      return { counts: filler.counts, failure };
    });
    const seconds = (performance.now() - begunAt) / 1000;
    const isComplete = failure === undefined && !signal.aborted;
    const summary = summaryOf(counts, rejects.path, seconds, isComplete);
    await print(`${options.json ? JSON.stringify(summary) : summaryText(summary)}\n`);
    if (failure instanceof UnreadableFileError) throw new SetupError(failure.message);
    if (signal.aborted) process.exitCode = brokenOffExitCode;
    else if (summary.rejected > 0 && summary.rejected === summary.read) process.exitCode = 1;
  } finally {
    stop.dispose();
    await rejects.close();
  }
}

const rejectsPathOf = (file: string | undefined): string =>
  `${file === undefined || file === '-' ? 'backfill' : file}.rejects.ndjson`;
