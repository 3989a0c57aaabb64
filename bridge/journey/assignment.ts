import type { CommittedOffset } from '../../connections/kafka-consumer.ts';
import type { StartOffset } from '../../connections/kafka-offsets.ts';
import { asMetadata, incarnationsOf } from './incarnations.ts';
import type { Mail } from './mailbox.ts';
import { OffsetLedger } from './offset-ledger.ts';

/**
 * The partitions that the group gave to this member, until it settles anew: then a new assignment takes its place, and
 * letters of the old one settle nothing any more.
 */
export class Assignment {
  readonly incarnations: ReadonlyMap<number, string>;
  private readonly ledgers: ReadonlyMap<number, OffsetLedger>;
  private readonly unreadOf = new Map<number, number>();

  constructor(partitions: readonly number[], starts: ReadonlyMap<number, StartOffset>) {
    this.incarnations = incarnationsOf(starts);
    this.ledgers = new Map(
      partitions.map((partition) => [partition, new OffsetLedger(starts.get(partition)?.next ?? 0)]),
    );
  }

  ledgerOf(partition: number): OffsetLedger | undefined {
    return this.ledgers.get(partition);
  }

  /** How many events were on a partition behind the last one that the lane has read. */
  noteUnread(partition: number, events: number): void {
    this.unreadOf.set(partition, events);
  }

  get unread(): number {
    return [...this.unreadOf.values()].reduce((sum, events) => sum + events, 0);
  }

  settle(mail: readonly Mail[]): void {
    for (const { partition, offset, isSettled } of mail) {
      if (!isSettled) this.ledgers.get(partition)?.settle(offset);
    }
  }

  /** Every partition's offset, with the name of its incarnation: committed before the first letter. */
  get starts(): CommittedOffset[] {
    return [...this.ledgers].map(([partition, ledger]) => this.commitOf(partition, ledger.committable));
  }

  /** What has been delivered since the last commit. */
  get due(): CommittedOffset[] {
    return [...this.ledgers]
      .filter(([, ledger]) => ledger.committable > ledger.committed)
      .map(([partition, ledger]) => this.commitOf(partition, ledger.committable));
  }

  noteCommitted(offsets: readonly CommittedOffset[]): void {
    for (const { partition, offset } of offsets) this.ledgers.get(partition)?.noteCommitted(offset);
  }

  private commitOf(partition: number, offset: number): CommittedOffset {
    return { partition, offset, metadata: asMetadata(this.incarnations.get(partition) ?? '') };
  }
}
