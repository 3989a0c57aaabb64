/**
 * Which offsets of one partition are delivered. Letters are delivered in any order, commits are not: the committed
 * offset stays at the lowest event that is still under way, so that a crash repeats events and never loses one.
 */
export class OffsetLedger {
  private readonly open: number[] = [];
  private readonly settled = new Set<number>();
  private head = 0;
  private next: number;
  private lastCommitted: number;

  constructor(next: number) {
    this.next = next;
    this.lastCommitted = next;
  }

  /** Notes an offset as under way. Offsets come in the order of the log. */
  take(offset: number): void {
    this.open.push(offset);
    this.next = offset + 1;
  }

  /** Notes an offset as delivered, or as one that needs no delivery. */
  settle(offset: number): void {
    this.settled.add(offset);
    for (let lowest = this.open[this.head]; lowest !== undefined && this.settled.delete(lowest);) {
      this.head += 1;
      lowest = this.open[this.head];
    }
    if (this.head > 1024 && this.head * 2 > this.open.length) {
      this.open.splice(0, this.head);
      this.head = 0;
    }
  }

  /** An offset that was read but holds nothing to deliver. */
  skip(offset: number): void {
    this.take(offset);
    this.settle(offset);
  }

  /** Nothing to deliver lies between the last offset and this one: markers of transactions take offsets too. */
  passOver(next: number): void {
    this.next = Math.max(this.next, next);
  }

  /** The offset to commit: the lowest one not yet delivered, or the next to read when all are. */
  get committable(): number {
    return this.open[this.head] ?? this.next;
  }

  /** What was committed last: it moves only when `noteCommitted` says so. */
  get committed(): number {
    return this.lastCommitted;
  }

  noteCommitted(offset: number): void {
    this.lastCommitted = Math.max(this.lastCommitted, offset);
  }
}
