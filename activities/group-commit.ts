interface Waiting<Entry> {
  readonly entry: Entry;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: while one write is under way, callers gather, and the next write takes all of them. Nobody waits for
 * a clock, and the more callers there are, the fewer writes each costs. When a shared write fails, each of its entries
 * is written alone, so that one bad entry fails only its own caller.
 */
export class GroupCommit<Entry> {
  private waiting: Waiting<Entry>[] = [];
  private isWriting = false;
  private readonly write: (entries: readonly Entry[]) => Promise<void>;
  private readonly mostEntries: number;

  constructor(write: (entries: readonly Entry[]) => Promise<void>, mostEntries: number) {
    this.write = write;
    this.mostEntries = mostEntries;
  }

  /** Resolves when the entry is committed; rejects with the error of its own write. */
  commit(entry: Entry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ entry, resolve, reject });
      if (!this.isWriting) void this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    this.isWriting = true;
    // Lets the callers of this turn of the event loop gather before the first write.
    await Promise.resolve();
    while (this.waiting.length > 0) await this.writeGroup(this.waiting.splice(0, this.mostEntries));
    this.isWriting = false;
  }

  private async writeGroup(group: readonly Waiting<Entry>[]): Promise<void> {
    try {
      await this.write(group.map(({ entry }) => entry));
      for (const { resolve } of group) resolve();
    } catch (error) {
      const [only, ...others] = group;
      if (only && others.length === 0) only.reject(error);
      else for (const waiting of group) await this.writeGroup([waiting]);
    }
  }
}
