import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { fillOnce } from './cache.ts';
import { Guard } from './guard.ts';
import { findJava } from './java.ts';
import { firstFound, type Look, type Place } from './lookup.ts';
import { copyJars } from './maven.ts';
import { cacheDirectory, type Preparation } from './preparation.ts';
import { downloadWithSdk } from './sdk-download.ts';

const mavenVersion = '1.34.0';
const mainClass = 'io.temporal.testserver.TestServer';
const fileName = 'temporal-test-server';

export interface TestServer {
  /** For `TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`. */
  readonly executablePath: string;
  readonly from: string;
}

/** Finds or fetches the time-skipping test server. Throws a `SetupError` where the machine offers none. */
export async function findTestServer(
  given: { environment?: NodeJS.ProcessEnv; report?: (message: string) => void; signal?: AbortSignal } = {},
): Promise<TestServer> {
  const environment = given.environment ?? process.env;
  const guard = new Guard();
  try {
    const { found, from } = await firstFound(
      testServerPlaces({
        environment,
        cache: cacheDirectory(environment),
        report: given.report ?? (() => undefined),
        signal: given.signal ?? new AbortController().signal,
        guard,
      }),
      'The time-skipping test server is not here: install Java 11 or later and Maven so that it can be fetched',
    );
    return { executablePath: found, from };
  } finally {
    await guard.close();
  }
}

export function testServerPlaces(preparation: Preparation): readonly Place<string>[] {
  const downloaded = join(preparation.cache, 'temporal-test-server-sdk');
  const fromMaven = join(preparation.cache, `temporal-test-server-${mavenVersion}`);
  return [
    {
      from: 'the cache',
      look: async () => {
        const found = [downloaded, fromMaven]
          .map((folder) => join(folder, fileName))
          .find((path) => existsSync(path));
        return found ? { found } : { missing: 'not fetched yet' };
      },
    },
    {
      from: "the SDK's download",
      look: async () =>
        fileIn(
          await fillOnce(downloaded, preparation, (temporary) =>
            downloadWithSdk('time-skipping', temporary, fileName, preparation),
          ),
        ),
    },
    {
      from: 'Maven',
      look: async () =>
        fileIn(
          await fillOnce(fromMaven, preparation, (temporary) => wrapJars(temporary, fromMaven, preparation)),
        ),
    },
  ];
}

function fileIn(folder: Look<string>): Look<string> {
  return 'found' in folder ? { found: join(folder.found, fileName) } : folder;
}

/** The SDK wants one executable file: a script that hands its arguments to Java, with the folder's final name inside. */
async function wrapJars(
  temporary: string,
  finalDirectory: string,
  preparation: Preparation,
): Promise<string | undefined> {
  if (process.platform === 'win32') return 'this way needs a Unix shell';
  const java = await findJava(11, preparation);
  if ('missing' in java) return java.missing;
  const reason = await copyJars('temporal-test-server', temporary, preparation);
  if (reason !== undefined) return reason;
  const jars = (await readdir(temporary)).filter((name) => name.endsWith('.jar')).sort();
  const classPath = jars.map((name) => join(finalDirectory, name)).join(':');
  const script = `#!/bin/sh\nexec ${quote(java.java)} -Xmx256m -XX:TieredStopAtLevel=1 -cp ${quote(classPath)} ${mainClass} "$@"\n`;
  await writeFile(join(temporary, fileName), script, { mode: 0o755 });
  return undefined;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
