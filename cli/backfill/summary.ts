import type { BackfillCounts } from '../../bridge/backfill/record-filler.ts';

/** What `--json` prints. */
export interface BackfillSummary {
  readonly read: number;
  readonly recorded: number;
  readonly already_there: number;
  readonly rejected: number;
  readonly rejected_by_reason: Readonly<Record<string, number>>;
  /** Where the rejects are listed; null without any. */
  readonly rejects_file: string | null;
  readonly seconds: number;
  /** False where it was broken off: what is recorded stays, and the same command goes on from there. */
  readonly complete: boolean;
}

export function summaryOf(
  counts: BackfillCounts,
  rejectsPath: string,
  seconds: number,
  complete: boolean,
): BackfillSummary {
  return {
    read: counts.done,
    recorded: counts.recorded,
    already_there: counts.alreadyThere,
    rejected: counts.rejected,
    rejected_by_reason: counts.rejectedByReason,
    rejects_file: counts.rejected > 0 ? rejectsPath : null,
    seconds: Math.round(seconds * 10) / 10,
    complete,
  };
}

export function summaryText(summary: BackfillSummary): string {
  const { read, recorded, already_there: alreadyThere, rejected, rejects_file: file, seconds } = summary;
  const reasons = Object.entries(summary.rejected_by_reason)
    .sort(([, left], [, right]) => right - left)
    .slice(0, 10)
    .map(([reason, count]) => `  ${String(count).padStart(8)}  ${reason}`);
  return [
    `${summary.complete ? 'Read' : 'Broken off after'} ${read} events in ${seconds} s: ${recorded} recorded, ${alreadyThere} there already, ${rejected} rejected.`,
    ...reasons,
    ...(file === null ? [] : [`The rejects are listed in ${file}.`]),
    summary.complete
      ? 'Sessions and minutes follow with the next roll-ups of a running worker.'
      : 'What is recorded stays: run the same command again to go on.',
  ].join('\n');
}
