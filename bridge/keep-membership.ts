import type { MessageBatch } from '../connections/kafka.ts';

const heartbeatEveryMs = 2_000;

/**
 * Runs work that may take long, a store's outage included, without losing the group: beats the heart meanwhile, and
 * aborts the work's signal once the partition has gone to another member or the consumer stops.
 */
export async function keepingMembership<Result>(
  batch: MessageBatch,
  stopping: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const lost = new AbortController();
  const signal = AbortSignal.any([lost.signal, stopping]);
  const timer = setInterval(() => {
    if (!batch.isCurrent()) lost.abort(new Error('the partition has moved to another member'));
    else batch.heartbeat().catch((error: unknown) => lost.abort(error));
  }, heartbeatEveryMs);
  try {
    return await work(signal);
  } catch (error) {
    // Why the work was given up says more than that it was.
    throw lost.signal.aborted ? lost.signal.reason : error;
  } finally {
    clearInterval(timer);
  }
}
