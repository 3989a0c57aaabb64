import { SingleBar } from 'cli-progress';

import type { BackfillCounts } from '../../bridge/backfill/record-filler.ts';

export interface BackfillBar {
  /** `read`: of the total that the bar was opened with. */
  update(read: number, counts: BackfillCounts): void;
  stop(): void;
}

const counters = '{recorded} recorded, {alreadyThere} there already, {rejected} rejected';

/** On a terminal's stderr; silent elsewhere. Without a total, as of a pipe, it only counts. */
export function openBackfillBar(total: number | undefined): BackfillBar {
  const format =
    total === undefined
      ? `backfill ${counters}`
      : `backfill {bar} {percentage}% | ${counters} | {eta_formatted}`;
  const bar = new SingleBar({ format, stream: process.stderr, hideCursor: true });
  bar.start(total ?? 0, 0, { recorded: 0, alreadyThere: 0, rejected: 0 });
  return {
    update: (read, { recorded, alreadyThere, rejected }) =>
      bar.update(read, { recorded, alreadyThere, rejected }),
    stop: () => bar.stop(),
  };
}
