export interface WatchLimits {
  /** Whatever a workflow's code does takes milliseconds; the server gives a task that takes this long to another worker. */
  readonly longestQuietMs: number;
  readonly lookEveryMs: number;
}

const usualLimits: WatchLimits = { longestQuietMs: 10_000, lookEveryMs: 1_000 };

/** One clock for the code of all workflows of a thread: notices when a call into it does not come back. */
export class WorkflowWatch {
  private readonly underWay = new Map<symbol, string>();
  private cameBack = 0;
  private cameBackBefore = 0;
  private quietLooks = 0;
  private readonly timer: NodeJS.Timeout;

  /** `onStall` is told once, with the id of the workflow that holds the thread. */
  constructor(onStall: (workflowId: string) => void, limits: WatchLimits = usualLimits) {
    this.timer = setInterval(() => this.look(onStall, limits), limits.lookEveryMs);
    this.timer.unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** Watches a call into the code of a workflow. Calls wait in line for the thread, so the oldest is the one that holds it. */
  async during<Result>(workflowId: string, call: () => Promise<Result>): Promise<Result> {
    const key = Symbol();
    this.underWay.set(key, workflowId);
    try {
      return await call();
    } finally {
      this.underWay.delete(key);
      this.cameBack += 1;
    }
  }

  /** Counts looks instead of time: a process that was held up itself, or a machine that slept, has had none meanwhile. */
  private look(onStall: (workflowId: string) => void, { longestQuietMs, lookEveryMs }: WatchLimits): void {
    const [oldest] = this.underWay.values();
    const isQuiet = oldest !== undefined && this.cameBack === this.cameBackBefore;
    this.cameBackBefore = this.cameBack;
    this.quietLooks = isQuiet ? this.quietLooks + 1 : 0;
    if (oldest === undefined || this.quietLooks * lookEveryMs < longestQuietMs) return;
    this.close();
    onStall(oldest);
  }
}
