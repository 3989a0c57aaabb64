import type { Figure } from './result.ts';
import type { Bench, Scenario } from './scenario.ts';

/** Runs a scenario within its time. Rejects with what it rejects with, or with a sentence when the time is over. */
export async function runScenario(
  scenario: Scenario,
  { quick, signal, tell }: Bench,
): Promise<readonly Figure[]> {
  const late = new AbortController();
  const minutes = scenario.longestMs / 60_000;
  const timer = setTimeout(() => {
    late.abort(new Error(`${scenario.name} was called off after ${minutes} minutes.`));
  }, scenario.longestMs);
  try {
    return await scenario.run({
      quick,
      signal: AbortSignal.any([signal, late.signal]),
      tell: (sentence) => tell(`${scenario.name}: ${sentence}`),
    });
  } finally {
    clearTimeout(timer);
  }
}
