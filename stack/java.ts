import { join } from 'node:path';

import { findOnPath, isExecutable } from './path-search.ts';
import type { Preparation } from './preparation.ts';
import { runCommand } from './run-command.ts';

/** The major version in what `java -version` says, such as 17 for `"17.0.15"` and 8 for `"1.8.0_392"`. */
export function javaVersion(output: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(output);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/** A Java that runs and is new enough (`JAVA_HOME`, else `PATH`), or the reason why there is none. */
export async function findJava(
  least: number,
  preparation: Preparation,
): Promise<{ java: string } | { missing: string }> {
  const home = preparation.environment['JAVA_HOME'];
  const configured = home ? join(home, 'bin', 'java') : undefined;
  const java =
    configured !== undefined && (await isExecutable(configured))
      ? configured
      : await findOnPath(['java'], preparation.environment);
  if (java === undefined) return { missing: 'java is not installed' };
  const result = await runCommand({ command: java, arguments: ['-version'], limitMs: 20_000 }, preparation);
  const version = result.ok ? javaVersion(result.output) : undefined;
  if (version === undefined) return { missing: `${java} does not run` };
  if (version < least) return { missing: `${java} is version ${version}` };
  return { java };
}
