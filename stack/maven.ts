import { join } from 'node:path';

import { findOnPath } from './path-search.ts';
import type { Preparation } from './preparation.ts';
import { projectDirectory } from './project.ts';
import { reportingTime } from './cache.ts';
import { runCommand } from './run-command.ts';

const limitMs = 10 * 60_000;

/** Copies the jars that `stack/maven/<name>/pom.xml` names into the folder; returns a reason where it cannot. */
export async function copyJars(
  name: string,
  directory: string,
  preparation: Preparation,
): Promise<string | undefined> {
  const maven = await findOnPath(['mvn'], preparation.environment);
  if (maven === undefined) return 'mvn is not installed';
  const run = {
    command: maven,
    arguments: [
      '--quiet',
      '--batch-mode',
      '--file',
      join(projectDirectory, 'stack', 'maven', name, 'pom.xml'),
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${directory}`,
    ],
    limitMs,
  };
  const result = await reportingTime(preparation.report, 'waiting for Maven to fetch it (once)', () =>
    runCommand(run, preparation),
  );
  return result.ok ? undefined : result.reason;
}
