/**
 * First in, first out, without the cost of shifting an array: what is left is moved only once at least as much has been
 * taken, so that an entry costs the same however many wait behind it. What was taken is not held for longer than that.
 */
export class Queue<Entry> {
  private entries: Entry[] = [];
  private head = 0;

  get length(): number {
    return this.entries.length - this.head;
  }

  /** The entry that so many others are before; `undefined` where there is none. */
  at(index: number): Entry | undefined {
    return this.entries[this.head + index];
  }

  add(entry: Entry): void {
    this.entries.push(entry);
  }

  shift(): Entry | undefined {
    return this.take(1)[0];
  }

  /** Takes out the first so many. */
  take(count: number): Entry[] {
    const taken = this.entries.slice(this.head, this.head + count);
    this.head += taken.length;
    if (this.head * 2 >= this.entries.length) {
      this.entries.splice(0, this.head);
      this.head = 0;
    }
    return taken;
  }

  clear(): void {
    this.entries = [];
    this.head = 0;
  }
}
