import { setTimeout as delay } from 'node:timers/promises';

const everyMs = 500;
/** Of one core: timers and polls take a few hundredths, work takes many times this. */
const idleShare = 0.15;
const longestMs = 120_000;

/**
 * Waits until a process does next to nothing, so that all it was given is done, without asking it anything: a question
 * would be work too. Returns at once where its processor time cannot be read, and in any case after two minutes.
 */
export async function untilIdle(
  processorSeconds: () => Promise<number | null>,
  signal: AbortSignal,
): Promise<void> {
  let last = await processorSeconds();
  for (const until = Date.now() + longestMs; Date.now() < until && last !== null;) {
    const startedAt = performance.now();
    await delay(everyMs, undefined, { signal });
    const now = await processorSeconds();
    if (now === null || (now - last) * 1_000 < idleShare * (performance.now() - startedAt)) return;
    last = now;
  }
}
