import { writeAuditEntry } from '../../activities/write-audit-entry.ts';
import { placeOf, type StoredDeadLetter } from '../../bridge/dead-letters/dead-letter.ts';
import { replayDeadLetters, type ReplayResult } from '../../bridge/dead-letters/replay.ts';
import type { DatabaseSession } from '../../connections/postgres.ts';
import { SetupError } from '../../stack/setup-error.ts';
import { operatorName } from '../operator-name.ts';
import { parserOf } from '../parser-of.ts';
import { print } from '../report/print.ts';
import { withDeadLetters, type DeadLetterDesk } from './open.ts';
import { readRepaired } from './repaired-file.ts';
import { ReplayTally } from './replay-tally.ts';
import { selects } from './selection.ts';

export interface ReplayOptions {
  readonly places: readonly string[];
  readonly all: boolean;
  readonly since?: number | undefined;
  readonly reason?: string | undefined;
  /** A file of repaired bodies. */
  readonly repaired?: string | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
}

const mostAtOnce = 100_000;
/** Any number that nobody else locks in this database. */
const replayLock = 7_411_014;

/** `aisle dead-letters replay`: brings dead letters back to `raw-events`, each once, and says what became of each kind. */
export async function runReplay(options: ReplayOptions): Promise<void> {
  const { places, all, reason, since } = options;
  if (!all && places.length === 0 && [reason, since, options.repaired].every((one) => one === undefined))
    throw new SetupError('Which ones? Name their places, or give --reason, --since, --repaired, or --all.');
  const tally = await withDeadLetters((desk) => replay(desk, options));
  await print(
    options.json ? `${JSON.stringify(tally.summary(options.dryRun))}\n` : tally.text(options.dryRun),
  );
  const isNamed = places.length > 0 || options.repaired !== undefined;
  if (isNamed && tally.notBroughtBack > 0) process.exitCode = 1;
}

async function replay(desk: DeadLetterDesk, options: ReplayOptions): Promise<ReplayTally> {
  const { settings, kafka, database, signal, dryRun } = { ...desk, ...options };
  const parse = parserOf(settings);
  const repaired =
    options.repaired === undefined
      ? new Map<string, Buffer>()
      : await readRepaired(options.repaired, settings.MAX_EVENT_BYTES);
  const isNarrowed =
    options.places.length > 0 ||
    !(options.all || options.reason !== undefined || options.since !== undefined);
  const named = isNarrowed ? [...options.places, ...repaired.keys()] : [];
  const letters = await select(desk, options, named);
  const tally = new ReplayTally();
  if (letters.length === 0) return tally;

  const session = await database.connect();
  const producer = await kafka.producer();
  try {
    await takeLock(session);
    const rawTopic = await desk.rawTopic();
    const tell = (results: readonly ReplayResult[]) => tally.add(results);
    const parts = { kafka, producer, session, parse, rawTopic, dryRun, signal };
    await replayDeadLetters(parts, letters, repaired, tell);
  } finally {
    if (tally.replayed > 0 && !dryRun) {
      await writeAuditEntry(database, {
        ...{
          actor: operatorName(settings),
          action: 'dead-letters.replayed',
          subject: (await desk.rawTopic()).name,
        },
        details: { letters: tally.replayed, repaired: repaired.size },
      });
    }
    await producer.close();
    // Ends the lock with its session.
    session.release(true);
  }
  return tally;
}

/** Those that are meant, the latest of each place. Throws a `SetupError` for a place that has none. */
async function select(
  { scan }: DeadLetterDesk,
  { since, reason }: ReplayOptions,
  named: readonly string[],
): Promise<StoredDeadLetter[]> {
  const places = named.length > 0 ? new Set(named) : undefined;
  const isMeant = selects({ since, reason, places }, Date.now());
  const chosen = new Map<string, StoredDeadLetter>();
  await scan(async (letters) => {
    for (const letter of letters) {
      if (!isMeant(letter) || (chosen.size >= mostAtOnce && !chosen.has(placeOf(letter)))) continue;
      chosen.set(placeOf(letter), letter);
    }
  });
  const unknown = named.find((place) => !chosen.has(place));
  if (unknown !== undefined) {
    throw new SetupError(
      `There is no such dead letter ${unknown}: npx aisle dead-letters list shows those that there are.`,
    );
  }
  return [...chosen.values()];
}

async function takeLock(session: DatabaseSession): Promise<void> {
  const { rows } = await session.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
    replayLock,
  ]);
  if (!rows[0]?.taken)
    throw new SetupError('Dead letters are being replayed by somebody else: wait until that has ended.');
}
