// Protects a worker from code that never comes back: the watch names the workflow that holds the thread, once, and never
// takes a busy thread, an idle one or a process that was held up for a stalled one.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { WorkflowWatch } from '../../workers/workflow-watch.ts';

const limits = { longestQuietMs: 10_000, lookEveryMs: 1_000 };
const never = () => new Promise<never>(() => undefined);

describe('the watch over the code of workflows', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function watch(): { readonly watch: WorkflowWatch; readonly stalled: string[] } {
    const stalled: string[] = [];
    return { watch: new WorkflowWatch((workflowId) => stalled.push(workflowId), limits), stalled };
  }

  it('names the one that holds the thread, once', async () => {
    const { watch: watching, stalled } = watch();
    void watching.during('holds the thread', never);
    void watching.during('waits for it', never);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(stalled).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stalled).toEqual(['holds the thread']);
  });

  it('is content while calls come back, however long the line', async () => {
    const { watch: watching, stalled } = watch();
    for (let call = 1; call <= 60; call += 1) {
      void watching.during(`call ${call}`, () => new Promise((resolve) => setTimeout(resolve, call * 900)));
    }
    await vi.advanceTimersByTimeAsync(60 * 900);
    expect(stalled).toEqual([]);
  });

  it('is content while nothing is asked of workflows', async () => {
    const { watch: watching, stalled } = watch();
    await watching.during('short', () => Promise.resolve());
    await vi.advanceTimersByTimeAsync(3_600_000);
    void watching.during('after a quiet hour', never);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(stalled).toEqual([]);
  });

  it('passes on what a call gives back, errors too', async () => {
    const { watch: watching } = watch();
    await expect(watching.during('any', () => Promise.resolve(7))).resolves.toBe(7);
    await expect(watching.during('any', () => Promise.reject(new Error('refused')))).rejects.toThrow(
      'refused',
    );
  });

  it('says nothing once it is closed', async () => {
    const { watch: watching, stalled } = watch();
    void watching.during('any', never);
    watching.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stalled).toEqual([]);
  });
});
