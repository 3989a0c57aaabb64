import { isCancellation, sleep } from '@temporalio/workflow';

/**
 * A lazy alarm: armed once, never cancelled. Asked to ring later than it is armed for, it keeps its timer and is armed
 * again when it rings too early; only an earlier time costs another timer. Activity of a user costs no history events.
 * Timers do not survive continue-as-new: the next run arms its own.
 */
export class Alarm {
  private armedFor = Number.POSITIVE_INFINITY;
  private rang = false;
  private readonly onRing: () => void;

  constructor(onRing: () => void) {
    this.onRing = onRing;
  }

  /** Makes sure that it rings no later than `at`, the server's time in milliseconds since 1970. */
  arm(at: number): void {
    if (at >= this.armedFor) return;
    this.armedFor = at;
    void this.ringAt(at);
  }

  get isRinging(): boolean {
    return this.rang;
  }

  silence(): void {
    this.rang = false;
  }

  private async ringAt(at: number): Promise<void> {
    try {
      await sleep(Math.max(1, at - Date.now()));
    } catch (error) {
      // A cancelled workflow ends where it waits; nobody waits here.
      if (isCancellation(error)) return;
      throw error;
    }
    if (this.armedFor === at) this.armedFor = Number.POSITIVE_INFINITY;
    this.rang = true;
    this.onRing();
  }
}
