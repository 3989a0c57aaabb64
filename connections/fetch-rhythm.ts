/** What an event may wait at most so that others come with it, where the reader says nothing else, milliseconds. */
const usualRestMs = 20;

/**
 * A fetch costs broker, reader and database the same whether it brings one event or a hundred, and one that waits for events is
 * answered by the first. So whoever has read to the end of the topic rests before the next fetch, and gets what came
 * meanwhile at once; whoever is behind does not. The rest counts from the fetch: what takes longer to handle needs none.
 */
export class FetchRhythm {
  private fetchedAt = Number.NEGATIVE_INFINITY;
  private readonly mostRestMs: number;

  constructor(mostRestMs = usualRestMs) {
    this.mostRestMs = mostRestMs;
  }

  /** Notes that a fetch was answered at `now`, milliseconds of any clock that does not go back. */
  noteFetch(now: number): void {
    this.fetchedAt = now;
  }

  /** How long to rest after a batch, milliseconds. */
  restMs({ nextOffset, end }: { readonly nextOffset: number; readonly end: number }, now: number): number {
    if (nextOffset < end) return 0;
    return Math.max(0, this.fetchedAt + this.mostRestMs - now);
  }
}
