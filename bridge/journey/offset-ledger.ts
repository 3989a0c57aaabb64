/**
 * Which offsets of one partition are delivered. Letters are delivered in any order, commits are not: the committed
 * offset stays at the lowest event that is still under way, so that a crash repeats events and never loses one.
 * Only offsets that are under way take memory: one that stays so for hours costs no more than one that does not.
 */
export class OffsetLedger {
  /** In the order of the log, as a set keeps the order in which it was filled. */
  private readonly open = new Set<number>();
  private next: number;
  private lastCommitted: number;

  constructor(next: number) {
    this.next = next;
    this.lastCommitted = next;
  }

  /** Notes an offset as under way. Offsets come in the order of the log. */
  take(offset: number): void {
    this.open.add(offset);
    this.next = offset + 1;
  }

  /** Notes an offset as delivered. */
  settle(offset: number): void {
    this.open.delete(offset);
  }

  /** An offset that was read but holds nothing to deliver. */
  skip(offset: number): void {
    this.next = offset + 1;
  }

  /** Nothing to deliver lies between the last offset and this one: markers of transactions take offsets too. */
  passOver(next: number): void {
    this.next = Math.max(this.next, next);
  }

  /** How many offsets are under way. */
  get size(): number {
    return this.open.size;
  }

  /** The offset to commit: the lowest one not yet delivered, or the next to read when all are. */
  get committable(): number {
    const [lowest = this.next] = this.open;
    return lowest;
  }

  /** What was committed last: it moves only when `noteCommitted` says so. */
  get committed(): number {
    return this.lastCommitted;
  }

  noteCommitted(offset: number): void {
    this.lastCommitted = Math.max(this.lastCommitted, offset);
  }
}
