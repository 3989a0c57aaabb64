interface Snapshot {
  readonly takenAt: number;
  readonly end: number;
}

const mostSnapshots = 64;

/**
 * How far in the broker's time a partition has been recorded. A snapshot notes where the log ended at an instant; once
 * that end is recorded, everything appended before the instant is. It advances under steady load and on an idle
 * partition alike, which the times of messages alone could not tell.
 */
export class PartitionProgress {
  private snapshots: Snapshot[] = [];
  private recordedUpTo = -1;
  private reachedAt: number | null = null;

  /** The log ended before offset `end` at `takenAt` (ms); taken before the answer came, so never too late. */
  sawEnd(takenAt: number, end: number): void {
    this.snapshots.push({ takenAt, end });
    if (this.snapshots.length > mostSnapshots) {
      // A long lag: every second snapshot tells nearly as much, and the oldest matters most.
      this.snapshots = this.snapshots.filter((_, index) => index % 2 === 0);
    }
    this.settle();
  }

  /** Every offset below `next` is recorded. */
  recorded(next: number): void {
    this.recordedUpTo = Math.max(this.recordedUpTo, next);
    this.settle();
  }

  /** Everything appended before this instant (ms) is recorded; `null` until anything is known. */
  get readUntil(): number | null {
    return this.reachedAt;
  }

  private settle(): void {
    while (this.snapshots[0] && this.snapshots[0].end <= this.recordedUpTo) {
      this.reachedAt = this.snapshots.shift()?.takenAt ?? this.reachedAt;
    }
  }
}
