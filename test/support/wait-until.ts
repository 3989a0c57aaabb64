import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks until the answer is one that `isEnough` takes, and gives it back. Rejects after `longestMs` with the sentence
 * and the last answer, so that a failed wait tells how far things came.
 */
export async function waitUntil<Answer>(
  sentence: string,
  ask: () => Promise<Answer> | Answer,
  isEnough: (answer: Answer) => boolean,
  { longestMs = 60_000, everyMs = 100 } = {},
): Promise<Answer> {
  const deadline = Date.now() + longestMs;
  for (;;) {
    const answer = await ask();
    if (isEnough(answer)) return answer;
    if (Date.now() > deadline) {
      const last = JSON.stringify(answer).slice(0, 2000);
      throw new Error(`Waited ${longestMs / 1000} s in vain until ${sentence}; the last answer was ${last}`);
    }
    await pause(everyMs);
  }
}
