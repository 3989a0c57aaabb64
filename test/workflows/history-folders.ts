import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { projectRoot } from '../../connections/sql-file.ts';

const root = join(projectRoot, 'test', 'histories');

export const currentRelease = (
  JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string }
).version;

export const folderOf = (release: string): string => join(root, release);

export interface StoredHistory {
  readonly release: string;
  /** Of the file, for example `cart-abandoned.json`. */
  readonly name: string;
  readonly path: string;
}

/** The histories of every release, one folder each. */
export function storedHistories(): StoredHistory[] {
  return readdirSync(root).flatMap((release) =>
    readdirSync(folderOf(release)).map((name) => ({ release, name, path: join(folderOf(release), name) })),
  );
}

export interface Recording {
  readonly folder: string;
  /** Whether what is there is recorded anew. */
  readonly overwrites: boolean;
}

/**
 * Where to record: the folder of the version in package.json, and only what it does not have. Another release's folder is
 * history, and needs `--force`, as does recording anew.
 */
export function recordingOf(commandLine: readonly string[], version = currentRelease): Recording {
  const { values } = parseArgs({
    args: [...commandLine],
    options: { release: { type: 'string', default: version }, force: { type: 'boolean', default: false } },
  });
  const { release, force } = values;
  if (!/^\d+\.\d+\.\d+[\w.-]*$/.test(release)) throw new Error('--release: expected a version such as 0.1.0');
  if (release !== version && !force) {
    throw new Error(
      `package.json has version ${version}: the histories of ${release} stay as they were recorded. ` +
        'To overwrite them all the same, add --force.',
    );
  }
  return { folder: folderOf(release), overwrites: force };
}
