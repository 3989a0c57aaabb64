/** A queue in time order (a binary heap); entries of the same time come out in the order they went in. */
export class Agenda<Entry> {
  readonly #heap: { readonly at: number; readonly serial: number; readonly entry: Entry }[] = [];
  #serial = 0;

  get size(): number {
    return this.#heap.length;
  }

  add(at: number, entry: Entry): void {
    const added = { at, serial: (this.#serial += 1), entry };
    const heap = this.#heap;
    let index = heap.push(added) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** Takes the earliest entry out; `null` when there is none. */
  next(): { readonly at: number; readonly entry: Entry } | null {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    if (heap.length > 0) {
      heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #sink(): void {
    let index = 0;
    for (;;) {
      let earliest = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.#heap.length && this.#isBefore(child, earliest)) earliest = child;
      }
      if (earliest === index) return;
      this.#swap(index, earliest);
      index = earliest;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [left, right] = [this.#heap[one], this.#heap[other]];
    if (left === undefined || right === undefined) return false;
    return left.at < right.at || (left.at === right.at && left.serial < right.serial);
  }

  #swap(one: number, other: number): void {
    const [left, right] = [this.#heap[one], this.#heap[other]];
    if (left === undefined || right === undefined) return;
    this.#heap[one] = right;
    this.#heap[other] = left;
  }
}
