import { runUntilStopped } from '../workers/run-until-stopped.ts';
import { runWorkerProcess } from '../workers/worker.ts';

/** `npm run worker`: one worker process, configured by the environment. */
export function runWorker(): Promise<void> {
  return runUntilStopped('worker', runWorkerProcess);
}
