// Protects the code of workflows where several workers share threads: a thread never holds two copies of one run, each copy is
// ended where it is, and the threads have about as much to do.
import type { Workflow, WorkflowCreateOptions } from '@temporalio/worker/lib/workflow/interface.js';
import { describe, expect, it } from 'vitest';

import type { WorkflowThread } from '../../workers/workflow-thread.ts';
import { WorkflowThreads } from '../../workers/workflow-threads.ts';

/** Tells workflows apart by their run, as the SDK's thread does. */
class FakeThread implements WorkflowThread {
  readonly runs = new Set<string>();
  destroyed = false;
  failures = 0;

  createWorkflow = async ({ info }: WorkflowCreateOptions, onDisposed: () => void): Promise<Workflow> => {
    await Promise.resolve();
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('no room');
    }
    if (this.runs.has(info.runId)) throw new Error(`a second copy of ${info.runId}`);
    this.runs.add(info.runId);
    return {
      activate: () => Promise.resolve({ runId: info.runId }),
      getAndResetSinkCalls: () => Promise.resolve([]),
      dispose: async () => {
        await Promise.resolve();
        if (!this.runs.delete(info.runId)) throw new Error(`${info.runId} is not here`);
        onDisposed();
      },
    };
  };

  destroy = () => {
    this.destroyed = true;
    return Promise.resolve();
  };
}

async function openThreads(count: number) {
  const opened: FakeThread[] = [];
  const threads = await WorkflowThreads.open(count, () => {
    opened.push(new FakeThread());
    return Promise.resolve(opened.at(-1) as FakeThread);
  });
  const create = (runId: string) => threads.createWorkflow({ info: { runId } } as WorkflowCreateOptions);
  return { threads, opened, create };
}

describe('threads that workers share', () => {
  it('hold as many runs each', async () => {
    const { opened, create } = await openThreads(3);
    await Promise.all(Array.from({ length: 300 }, (_, run) => create(`run ${run}`)));
    expect(opened.map(({ runs }) => runs.size)).toEqual([100, 100, 100]);
  });

  it('hold one copy of a run each, also when all are asked for at once, and one more is opened when each has one', async () => {
    const { opened, create } = await openThreads(2);
    const copies = await Promise.all([create('run'), create('run'), create('run')]);
    expect(opened.map(({ runs }) => [...runs])).toEqual([['run'], ['run'], ['run']]);
    await copies[1].dispose();
    expect(opened.map(({ runs }) => runs.size)).toEqual([1, 0, 1]);
    await create('run');
    expect(opened.map(({ runs }) => runs.size)).toEqual([1, 1, 1]);
  });

  it('pass on what a workflow answers', async () => {
    const { create } = await openThreads(1);
    const workflow = await create('run');
    expect(await workflow.activate({})).toEqual({ runId: 'run' });
    expect(await workflow.getAndResetSinkCalls()).toEqual([]);
  });

  it('forget a run that could not be begun', async () => {
    const { opened, create } = await openThreads(1);
    const [thread] = opened;
    if (thread) thread.failures = 1;
    await expect(create('run')).rejects.toThrow('no room');
    await create('run');
    expect(opened).toHaveLength(1);
  });

  it('are all ended, later ones too', async () => {
    const { threads, opened, create } = await openThreads(1);
    await Promise.all([create('run'), create('run')]);
    await threads.destroy();
    expect(opened.map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });
});
