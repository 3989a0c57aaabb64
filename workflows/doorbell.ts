import { CancellationScope } from '@temporalio/workflow';

/**
 * What an idle workflow waits on. `condition` of the SDK does the same for any expression, at a price that a letter of a
 * few milliseconds notices: it is asked anew after everything that happens, and every wait leaves a handler of the
 * cancellation behind for as long as the run lasts.
 */
export class Doorbell {
  private answer: (() => void) | null = null;
  private refuse: ((reason: Error) => void) | null = null;
  private cancellation: Error | null = null;

  constructor() {
    CancellationScope.current().cancelRequested.catch((reason: unknown) => {
      this.cancellation = reason as Error;
      this.refuse?.(this.cancellation);
    });
  }

  /** Ends the wait, if there is one: whoever waits looks for what has come before waiting. */
  ring(): void {
    this.answer?.();
  }

  /** Rejects with the cancellation once the workflow is cancelled. */
  wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.answer = resolve;
      this.refuse = reject;
      if (this.cancellation) reject(this.cancellation);
    });
  }
}
