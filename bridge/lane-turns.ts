/** So many events a lane works through in one turn: a few milliseconds. */
export const eventsInATurn = 250;
const longestStretchMs = 10;
/** Of so many turns, one goes to whoever has asked for longest. */
const turnsForOthers = 4;

interface Asking {
  readonly appendedAt: number;
  readonly go: () => void;
}

/**
 * Both lanes work through their events on one thread, in turns. The next turn goes to whoever is furthest behind: with more to do
 * than there is time for, the lanes fall behind together. Then they share what is parsed (shared-parser.ts); apart each
 * parses for itself, which is a quarter more for the bridge to do just when it has too much. Every fourth turn goes to
 * whoever has asked for longest, so that a lane that comes back to an hour's backlog does not stop the other.
 * Turns follow each other for a stretch of milliseconds, then timers and sockets have theirs. A lane that does not ask, as it
 * waits for its store, is not waited for.
 */
export class LaneTurns {
  /** In the order in which they asked. */
  private readonly asking: Asking[] = [];
  private isGranting = false;
  private stretchBegan = Number.NEGATIVE_INFINITY;
  private granted = 0;

  /** Resolves when the turn has come of a lane whose next event was appended at this time, milliseconds since 1970. */
  take(appendedAt: number): Promise<void> {
    return new Promise((resolve) => {
      this.asking.push({ appendedAt, go: resolve });
      this.grantSoon();
    });
  }

  private grantSoon(): void {
    if (this.isGranting) return;
    this.isGranting = true;
    if (performance.now() - this.stretchBegan < longestStretchMs) queueMicrotask(() => this.grant());
    else
      setImmediate(() => {
        this.stretchBegan = performance.now();
        this.grant();
      });
  }

  private grant(): void {
    this.isGranting = false;
    this.granted += 1;
    const [next] = this.asking.splice(this.granted % turnsForOthers === 0 ? 0 : this.furthestBehind(), 1);
    next?.go();
    // Behind the turn itself, which ends with its lane asking for the next one.
    if (this.asking.length > 0) this.grantSoon();
  }

  private furthestBehind(): number {
    const earliest = this.asking.reduce((least, { appendedAt }) => Math.min(least, appendedAt), Infinity);
    return this.asking.findIndex(({ appendedAt }) => appendedAt === earliest);
  }
}
