import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { fillOnce, reportingTime } from './cache.ts';
import { firstFound, type Finding, type Look, type Place } from './lookup.ts';
import { findOnPath } from './path-search.ts';
import type { Preparation } from './preparation.ts';
import { runCommand } from './run-command.ts';
import { downloadWithSdk } from './sdk-download.ts';

const builtVersion = '1.5.1';
const buildLimitMs = 30 * 60_000;
const fileName = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

/** The path of a Temporal CLI. Throws a `SetupError` that says what to install where the machine offers none. */
export async function findTemporal(preparation: Preparation): Promise<Finding<string>> {
  return firstFound(
    temporalPlaces(preparation),
    'Temporal is not here: install the Temporal CLI, or Go so that it can be built, ' +
      'or set TEMPORAL_ADDRESS to a running one',
  );
}

export function temporalPlaces(preparation: Preparation): readonly Place<string>[] {
  const { environment, cache } = preparation;
  const built = join(cache, `temporal-cli-${builtVersion}`);
  const downloaded = join(cache, 'temporal-cli-sdk');
  return [
    {
      from: 'PATH',
      look: async () => {
        const found = await findOnPath(['temporal'], environment);
        return found ? { found } : { missing: 'no temporal' };
      },
    },
    { from: 'the cache', look: async () => lookInFolders([built, downloaded]) },
    {
      from: "the SDK's download",
      look: async () =>
        fileIn(
          await fillOnce(downloaded, preparation, (temporary) =>
            downloadWithSdk('dev-server', temporary, fileName, preparation),
          ),
        ),
    },
    {
      from: 'a build with Go',
      look: async () =>
        fileIn(await fillOnce(built, preparation, (temporary) => buildWithGo(temporary, preparation))),
    },
  ];
}

function lookInFolders(folders: readonly string[]): Look<string> {
  const found = folders.map((folder) => join(folder, fileName)).find((path) => existsSync(path));
  return found ? { found } : { missing: 'not fetched yet' };
}

function fileIn(folder: Look<string>): Look<string> {
  return 'found' in folder ? { found: join(folder.found, fileName) } : folder;
}

async function buildWithGo(directory: string, preparation: Preparation): Promise<string | undefined> {
  const go = await findOnPath(['go'], preparation.environment);
  if (go === undefined) return 'go is not installed';
  await mkdir(directory, { recursive: true });
  const run = {
    command: go,
    arguments: ['install', `github.com/temporalio/cli/cmd/temporal@v${builtVersion}`],
    environment: { ...preparation.environment, GOBIN: directory },
    limitMs: buildLimitMs,
  };
  const result = await reportingTime(
    preparation.report,
    'waiting for Go to build the Temporal server (once, three to ten minutes)',
    () => runCommand(run, preparation),
  );
  return result.ok ? undefined : result.reason;
}
