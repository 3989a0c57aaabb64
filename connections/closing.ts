import type { Log } from './log.ts';

/** Connections in the order they were opened, closed in the other. One that does not close cleanly stops no other. */
export class Closing {
  private readonly closers: (() => Promise<unknown>)[] = [];
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  add(close: () => Promise<unknown>): void {
    this.closers.push(close);
  }

  async closeAll(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) {
      await close().catch((error: unknown) => {
        this.log.warn({ error: (error as Error).name }, 'a connection did not close cleanly');
      });
    }
  }
}
