import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Logger } from '@temporalio/worker';

import { projectRoot } from '../connections/sql-file.ts';
import { bundleKey, makeBundle, strangersAmong, type BundleRecipe } from './bundle-recipe.ts';

/** With encryption and without it, of some states of the sources: about two megabytes each. */
const bundlesKept = 8;

/**
 * The bundle made before of the same sources, and otherwise a new one, which is kept in `.aisle/`. Where that is not
 * possible, it is said and every start makes its own. The code itself and no path: it is what was verified, even if another
 * process removes the file.
 */
export async function reuseBundle(
  recipe: BundleRecipe,
  logger: Logger,
  root = projectRoot,
): Promise<{ readonly code: string }> {
  const folder = join(root, '.aisle', 'workflow-bundles');
  const key = await bundleKey(recipe, root).catch((error: unknown) => error as Error);
  const kept = typeof key === 'string' ? await readWhole(join(folder, key)) : undefined;
  if (kept !== undefined) return { code: kept };
  const { code, modules } = await makeBundle(recipe, logger);
  try {
    if (typeof key !== 'string') throw key;
    const strangers = await strangersAmong(modules, recipe, root);
    if (strangers.length > 0) throw new Error(`it holds ${strangers.join(', ')}`);
    // A source that was changed meanwhile may be in it, under the key of what the source was before.
    if ((await bundleKey(recipe, root)) === key) await keep(join(folder, key), code);
  } catch (error) {
    logger.warn(`the bundle of workflows is not kept, each start makes its own: ${(error as Error).message}`);
  }
  return { code };
}

/** Undefined for a file that is missing, cut off or altered. */
async function readWhole(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const end = text.indexOf('\n');
  const code = text.slice(end + 1);
  if (end === -1 || text.slice(0, end) !== digestOf(code)) return undefined;
  // Whatever is in use counts as new. Only which one is removed first depends on it.
  await utimes(path, new Date(), new Date()).catch(() => undefined);
  return code;
}

/** Whole or not at all: two that do so at once write two files of their own, and the same under the name. */
async function keep(path: string, code: string): Promise<void> {
  const partial = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(partial, `${digestOf(code)}\n${code}`);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  await removeOld(dirname(path));
}

/** Also what a process left half-written when it was killed. Another process may be removing the same. */
async function removeOld(folder: string): Promise<void> {
  const paths = (await readdir(folder)).map((name) => join(folder, name));
  const ages = await Promise.all(
    paths.map(async (path) => ({ path, used: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 })),
  );
  const old = ages.sort((one, other) => other.used - one.used).slice(bundlesKept);
  await Promise.all(old.map(({ path }) => rm(path, { force: true })));
}

const digestOf = (code: string): string => createHash('sha256').update(code).digest('hex');
