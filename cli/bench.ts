import { onStopRequest } from '../stack/stop-request.ts';
import { resultOf, toJsonLine, type Result } from './bench/result.ts';
import { runScenario } from './bench/run-scenario.ts';
import type { Bench } from './bench/scenario.ts';
import { chooseScenarios, scenarios } from './bench/scenarios.ts';
import { formatTable } from './bench/table.ts';

export interface BenchOptions {
  /** Which scenarios to run; all of them without names. */
  readonly names: readonly string[];
  /** One object a line on stdout, each as soon as it is measured; without it a table at the end. */
  readonly json: boolean;
  readonly list: boolean;
  /** Everything shorter: shows that it works, and is no evidence. */
  readonly quick: boolean;
}

const interruptedExitCode = 130;

/**
 * Runs the measured comparisons one after the other, each on a system of its own. What is not reached is said and is no
 * failure; a scenario that cannot be measured is one, and the others still run. Ctrl-C stops in order and prints what there is.
 */
export async function runBench({ names, json, list, quick }: BenchOptions): Promise<void> {
  const chosen = chooseScenarios(names);
  if (list) {
    const width = Math.max(...scenarios.map(({ name }) => name.length));
    for (const { name, shows } of chosen) process.stdout.write(`${name.padEnd(width)}  ${shows}\n`);
    return;
  }
  const stopRequest = onStopRequest();
  const { signal } = stopRequest;
  const bench: Bench = { quick, signal, tell };
  const results: Result[] = [];
  if (quick) tell('A quick run: loads are short and backlogs small, so its figures are no evidence.');
  try {
    for (const scenario of chosen) {
      if (signal.aborted) break;
      tell(`\n${scenario.name}: ${scenario.shows}\n${scenario.method}`);
      try {
        for (const figure of await runScenario(scenario, bench)) {
          const result = resultOf(figure);
          results.push(result);
          if (json) process.stdout.write(toJsonLine(result));
        }
      } catch (error) {
        if (bench.signal.aborted) break;
        process.exitCode = 1;
        tell(
          `${scenario.name} could not be measured: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  } finally {
    stopRequest.dispose();
  }
  if (results.length > 0) (json ? process.stderr : process.stdout).write(`\n${formatTable(results)}\n`);
  if (quick && results.length > 0) tell('A quick run: no evidence.');
  if (stopRequest.signal.aborted) process.exitCode = interruptedExitCode;
}

function tell(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
