import type { WorkflowCreator } from '@temporalio/worker/lib/workflow/interface.js';

interface SharedThread {
  readonly creator: WorkflowCreator;
  /** The runs whose code it holds. */
  readonly runs: Set<string>;
}

/**
 * Threads that several workers share. A thread tells workflows apart by their run, of which two workers may each hold a copy,
 * one of them out of date: copies go to different threads.
 */
export class WorkflowThreads implements WorkflowCreator {
  private readonly threads: SharedThread[];
  private readonly open: () => Promise<WorkflowCreator>;

  private constructor(open: () => Promise<WorkflowCreator>, creators: readonly WorkflowCreator[]) {
    this.open = open;
    this.threads = creators.map((creator) => ({ creator, runs: new Set() }));
  }

  static async open(count: number, open: () => Promise<WorkflowCreator>): Promise<WorkflowThreads> {
    return new WorkflowThreads(open, await Promise.all(Array.from({ length: count }, open)));
  }

  createWorkflow: WorkflowCreator['createWorkflow'] = async (options) => {
    const { runId } = options.info;
    // Chosen and noted in one go: two workers may ask at once.
    const { creator, runs } = this.threadFor(runId) ?? (await this.oneMoreFor(runId));
    const workflow = await creator.createWorkflow(options).catch((error: unknown) => {
      runs.delete(runId);
      throw error;
    });
    return {
      activate: (activation) => workflow.activate(activation),
      getAndResetSinkCalls: () => workflow.getAndResetSinkCalls(),
      dispose: async () => {
        await workflow.dispose();
        runs.delete(runId);
      },
    };
  };

  destroy = async (): Promise<void> => {
    await Promise.all(this.threads.map(({ creator }) => creator.destroy()));
  };

  /** The one with the fewest runs of those that hold no copy of this one. */
  private threadFor(runId: string): SharedThread | undefined {
    const [first, ...others] = this.threads.filter(({ runs }) => !runs.has(runId));
    const thread =
      first && others.reduce((least, next) => (next.runs.size < least.runs.size ? next : least), first);
    thread?.runs.add(runId);
    return thread;
  }

  private async oneMoreFor(runId: string): Promise<SharedThread> {
    const more = { creator: await this.open(), runs: new Set([runId]) };
    this.threads.push(more);
    return more;
  }
}
