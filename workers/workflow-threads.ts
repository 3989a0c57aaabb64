import type { WorkflowCreator } from '@temporalio/worker/lib/workflow/interface.js';

import type { WorkflowThread } from './workflow-thread.ts';

interface SharedThread {
  readonly thread: WorkflowThread;
  /** The runs whose code it holds. */
  readonly runs: Set<string>;
}

/**
 * Threads that several workers share. A thread tells workflows apart by their run, of which two workers may each hold a copy,
 * one of them out of date: copies go to different threads.
 */
export class WorkflowThreads implements WorkflowCreator {
  private readonly threads: SharedThread[];
  private readonly open: () => Promise<WorkflowThread>;

  private constructor(open: () => Promise<WorkflowThread>, threads: readonly WorkflowThread[]) {
    this.open = open;
    this.threads = threads.map((thread) => ({ thread, runs: new Set() }));
  }

  static async open(count: number, open: () => Promise<WorkflowThread>): Promise<WorkflowThreads> {
    return new WorkflowThreads(open, await Promise.all(Array.from({ length: count }, open)));
  }

  createWorkflow: WorkflowCreator['createWorkflow'] = async (options) => {
    const { runId } = options.info;
    // Chosen and noted in one go: two workers may ask at once.
    const { thread, runs } = this.threadFor(runId) ?? (await this.oneMoreFor(runId));
    const forget = () => void runs.delete(runId);
    return thread.createWorkflow(options, forget).catch((error: unknown) => {
      forget();
      throw error;
    });
  };

  destroy = async (): Promise<void> => {
    await Promise.all(this.threads.map(({ thread }) => thread.destroy()));
  };

  /** The one with the fewest runs of those that hold no copy of this one. */
  private threadFor(runId: string): SharedThread | undefined {
    const [first, ...others] = this.threads.filter(({ runs }) => !runs.has(runId));
    const chosen =
      first && others.reduce((least, next) => (next.runs.size < least.runs.size ? next : least), first);
    chosen?.runs.add(runId);
    return chosen;
  }

  private async oneMoreFor(runId: string): Promise<SharedThread> {
    const more = { thread: await this.open(), runs: new Set([runId]) };
    this.threads.push(more);
    return more;
  }
}
