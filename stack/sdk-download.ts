import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { reportingTime } from './cache.ts';
import type { Preparation } from './preparation.ts';
import { projectDirectory } from './project.ts';
import { runCommand } from './run-command.ts';

const limitMs = 5 * 60_000;

/**
 * Has Temporal's SDK download one of its servers into the folder, under `fileName`.
 * Returns a reason where it cannot: at once where its download site cannot be reached.
 */
export async function downloadWithSdk(
  kind: 'dev-server' | 'time-skipping',
  directory: string,
  fileName: string,
  preparation: Preparation,
): Promise<string | undefined> {
  const script = join(projectDirectory, 'stack', 'download-server.mjs');
  const run = { command: process.execPath, arguments: [script, kind, directory], limitMs };
  const result = await reportingTime(
    preparation.report,
    "waiting for the Temporal SDK's download (once)",
    () => runCommand(run, preparation),
  );
  if (!result.ok) return 'its download site could not be reached, or what it gave does not run here';
  const [downloaded] = (await readdir(directory)).filter((name) => name.includes('temporal'));
  if (downloaded === undefined) return 'it downloaded nothing';
  await rename(join(directory, downloaded), join(directory, fileName));
  return undefined;
}
