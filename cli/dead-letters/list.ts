import { identityOf, placeOf, type StoredDeadLetter } from '../../bridge/dead-letters/dead-letter.ts';
import { readReplayed } from '../../bridge/dead-letters/replayed.ts';
import type { Answer, Column } from '../report/answer.ts';
import type { Format } from '../report/format.ts';
import { print } from '../report/print.ts';
import { write } from '../report/write.ts';
import { withDeadLetters } from './open.ts';
import { selects, type Selection } from './selection.ts';

export interface ListOptions extends Selection {
  /** Also those that were brought back. */
  readonly replayed: boolean;
  /** Only how many there are of each reason. */
  readonly byReason: boolean;
  readonly limit: number;
  readonly format: Format;
}

interface Listed {
  readonly letter: StoredDeadLetter;
  readonly replayedAt: string | null;
}

interface Count {
  open: number;
  replayed: number;
}

/** More reasons than the parser has; what a broken producer makes of field names ends somewhere. */
const mostReasons = 1_000;

/** `aisle dead-letters list`: how many there are of each reason, and the latest of them. */
export async function runList(options: ListOptions): Promise<void> {
  const latest: Listed[] = [];
  const counts = new Map<string, Count>();
  await withDeadLetters(async ({ scan, database }) => {
    const isMeant = selects(options, Date.now());
    await scan(async (all) => {
      const letters = all.filter(isMeant);
      const replayed = await readReplayed(database, letters);
      for (const letter of letters) {
        const replayedAt = replayed.get(identityOf(letter)) ?? null;
        const count = countOf(counts, letter.reason);
        if (replayedAt === null) count.open += 1;
        else count.replayed += 1;
        if (replayedAt === null || options.replayed) latest.push({ letter, replayedAt });
      }
      if (latest.length > options.limit) latest.splice(0, latest.length - options.limit);
    });
  });
  const { format, byReason } = options;
  if (counts.size === 0) process.stderr.write('No dead letter is like this.\n');
  if (byReason || format === 'table') await print(write(format, byReasonAnswer(counts)));
  if (!byReason && (format !== 'table' || latest.length > 0))
    await print(write(format, lettersAnswer(latest)));
  const shown = latest.length;
  const total = [...counts.values()].reduce(
    (sum, { open, replayed }) => sum + open + (options.replayed ? replayed : 0),
    0,
  );
  if (!byReason && total > shown) {
    process.stderr.write(
      `${shown} of ${total} are shown, the latest: narrow them down with --reason or --since, or raise --limit.\n`,
    );
  }
}

function countOf(counts: Map<string, Count>, reason: string): Count {
  const name = counts.has(reason) || counts.size < mostReasons ? reason : 'other reasons';
  const count = counts.get(name) ?? { open: 0, replayed: 0 };
  counts.set(name, count);
  return count;
}

const text = (name: string): Column => ({ name, kind: 'text' });
const number = (name: string): Column => ({ name, kind: 'number' });
const time = (name: string): Column => ({ name, kind: 'time' });

function byReasonAnswer(counts: ReadonlyMap<string, Count>): Answer {
  const rows = [...counts].sort(
    ([, left], [, right]) => right.open - left.open || right.replayed - left.replayed,
  );
  return {
    columns: [text('reason'), number('open'), number('replayed')],
    rows: rows.map(([reason, { open, replayed }]) => [reason, String(open), String(replayed)]),
  };
}

function lettersAnswer(listed: readonly Listed[]): Answer {
  return {
    columns: [
      text('place'),
      time('rejected_at'),
      text('event_id'),
      number('bytes'),
      text('reason'),
      time('replayed_at'),
    ],
    rows: listed.map(({ letter, replayedAt }) => [
      placeOf(letter),
      new Date(letter.rejectedAt).toISOString(),
      letter.eventId,
      String(letter.bytes),
      letter.reason,
      replayedAt,
    ]),
  };
}
