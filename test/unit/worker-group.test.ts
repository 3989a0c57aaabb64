// Protects a process with many cached journeys: each worker has an equal part of them, all are stopped together, and the error of
// one stops the others and is not lost.
import type { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';

import { createWorkerGroup, type WorkerShare } from '../../workers/worker-group.ts';

class FakeWorker {
  private state = 'INITIALIZED';
  private end: () => void = () => undefined;
  private fail: (error: Error) => void = () => undefined;

  getState = () => this.state;
  run = async () => {
    this.state = 'RUNNING';
    await new Promise<void>((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    }).finally(() => (this.state = 'STOPPED'));
  };
  shutdown = () => {
    if (this.state !== 'RUNNING') throw new Error('not running');
    this.state = 'STOPPING';
    this.end();
  };
  break = (error: Error) => this.fail(error);
}

async function groupOf(cachedJourneys: number) {
  const shares: WorkerShare[] = [];
  const workers: FakeWorker[] = [];
  const group = await createWorkerGroup(cachedJourneys, (share) => {
    shares.push(share);
    const worker = new FakeWorker();
    workers.push(worker);
    return Promise.resolve(worker as unknown as Worker);
  });
  return { group, workers, shares };
}

describe('the workers of a process', () => {
  it.each([
    [0, 1, 0],
    [1, 1, 1],
    [500, 1, 500],
    [501, 2, 251],
    [8_000, 16, 500],
  ])('share %i cached journeys', async (cachedJourneys, workers, each) => {
    const { shares } = await groupOf(cachedJourneys);
    expect(shares).toEqual(Array.from({ length: workers }, () => ({ workers, cachedJourneys: each })));
  });

  it('stop together, also when they are told twice', async () => {
    const { group, workers } = await groupOf(1_500);
    const running = group.run();
    group.shutdown();
    group.shutdown();
    await running;
    expect(workers.map((worker) => worker.getState())).toEqual(['STOPPED', 'STOPPED', 'STOPPED']);
  });

  it('stop when one of them fails, with its error', async () => {
    const { group, workers } = await groupOf(1_500);
    const running = group.run();
    workers[1]?.break(new Error('the thread is gone'));
    await expect(running).rejects.toThrow('the thread is gone');
    expect(workers.map((worker) => worker.getState())).toEqual(['STOPPED', 'STOPPED', 'STOPPED']);
  });
});
