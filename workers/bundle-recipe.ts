import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

import { bundleWorkflowCode, type BundleOptions, type Logger } from '@temporalio/worker';

/** What a bundle is made of, as paths alone: whatever else it could be made with, its key would not show. */
export type BundleRecipe = Pick<
  BundleOptions,
  'workflowsPath' | 'preloadModules' | 'failureConverterPath' | 'workflowInterceptorModules'
>;

/** Workflows import nothing else of ours; the linter holds that, and `strangersAmong` finds where it does not. */
const folders = ['workflows', 'events'];
/** The packages that should be installed, those that npm has installed, and what webpack asks about the sources. */
const files = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json'];
/** Found by the compiler where they are; none of them is, for now. */
const possibleFiles = ['.swcrc', '.browserslistrc'];

/**
 * The same for two bundles only if they hold the same code: all that goes into one is in it, the working directory too, by
 * which webpack calls the modules. Throws where something of this cannot be read.
 */
export async function bundleKey(recipe: BundleRecipe, root: string): Promise<string> {
  const hash = createHash('sha256');
  // With its length before it, no part can pass for the end of another.
  const add = (part: string | Buffer) => hash.update(`${Buffer.byteLength(part)}:`).update(part);
  add(JSON.stringify([process.version, process.cwd(), recipe]));
  for (const path of await sourcesOf(recipe, root)) {
    add(path);
    add(await readFile(path));
  }
  for (const path of possibleFiles) add(await readFile(join(root, path)).catch(() => 'none'));
  return hash.digest('hex');
}

export interface Bundle {
  readonly code: string;
  /** The files in it, by their real paths. */
  readonly modules: readonly string[];
}

export async function makeBundle(recipe: BundleRecipe, logger: Logger): Promise<Bundle> {
  let modules: readonly (string | null)[] = [];
  const { code } = await bundleWorkflowCode({
    ...recipe,
    logger,
    webpackConfigHook: (config) => ({
      ...config,
      plugins: [
        ...(config.plugins ?? []),
        {
          apply: ({ hooks }) =>
            hooks.done.tap('what is in it', ({ compilation }) => {
              modules = [...compilation.modules].map((module) => module.nameForCondition());
            }),
        },
      ],
    }),
  });
  // The entry is a file in webpack's memory alone.
  return { code, modules: modules.filter((path) => path !== null).filter((path) => existsSync(path)) };
}

/** The modules that the key says nothing of: one of them may change, and the key stays. */
export async function strangersAmong(
  modules: readonly string[],
  recipe: BundleRecipe,
  root: string,
): Promise<string[]> {
  const known = new Set(await Promise.all((await sourcesOf(recipe, root)).map((path) => realpath(path))));
  const packages = `${await realpath(join(root, 'node_modules'))}${sep}`;
  return modules.filter((path) => !known.has(path) && !path.startsWith(packages));
}

async function sourcesOf(recipe: BundleRecipe, root: string): Promise<string[]> {
  const {
    workflowsPath,
    preloadModules = [],
    failureConverterPath = [],
    workflowInterceptorModules = [],
  } = recipe;
  const inFolders = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  const paths = [workflowsPath, preloadModules, failureConverterPath, workflowInterceptorModules, inFolders];
  const named = files.map((path) => join(root, path));
  // This file too: it says how a bundle is made.
  return [...new Set([import.meta.filename, ...named, ...paths.flat(2)])].sort();
}
