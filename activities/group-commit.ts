interface Waiting<Entry> {
  readonly entry: Entry;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommitOptions {
  readonly mostEntries: number;
  readonly concernsEverybody: (error: unknown) => boolean;
}

/**
 * Group commit: while one write is under way, callers gather, and the next write takes all of them. Nobody waits for
 * a clock, and the more callers there are, the fewer writes each costs. When a shared write fails for a reason that
 * concerns everybody, such as a store that is away, all its callers fail; otherwise each of its entries is written
 * alone, so that one bad entry fails only its own caller.
 */
export class GroupCommit<Entry> {
  private waiting: Waiting<Entry>[] = [];
  private isWriting = false;
  private readonly write: (entries: readonly Entry[]) => Promise<void>;
  private readonly options: GroupCommitOptions;

  constructor(write: (entries: readonly Entry[]) => Promise<void>, options: GroupCommitOptions) {
    this.write = write;
    this.options = options;
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
    while (this.waiting.length > 0) await this.writeGroup(this.waiting.splice(0, this.options.mostEntries));
    this.isWriting = false;
  }

  private async writeGroup(group: readonly Waiting<Entry>[]): Promise<void> {
    try {
      await this.write(group.map(({ entry }) => entry));
      for (const { resolve } of group) resolve();
    } catch (error) {
      const [only, ...others] = group;
      if (this.options.concernsEverybody(error)) for (const { reject } of group) reject(error);
      else if (only && others.length === 0) only.reject(error);
      else for (const waiting of group) await this.writeGroup([waiting]);
    }
  }
}
