import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Logger, WorkerOptions } from '@temporalio/worker';

import { failureConversion } from '../connections/encryption/data-converter.ts';
import { projectRoot } from '../connections/sql-file.ts';
import { reuseBundle } from './bundle-cache.ts';
import type { BundleRecipe } from './bundle-recipe.ts';

const workflowsPath = join(projectRoot, 'workflows', 'index.ts');

/**
 * What is bundled, for whoever bundles it. The modules are evaluated once and frozen, for all workflows of a worker, instead of
 * anew for each: more than half of what a cached journey takes in memory, and much of what its start takes. So a module
 * of `workflows/` or `events/` holds constants and nothing else; the linter refuses anything that could change.
 * How failures are written belongs to a bundle, so there is one for each setting of PAYLOAD_ENCRYPTION.
 */
export const workflowCode = (encryption: 'on' | 'off'): BundleRecipe => ({
  workflowsPath,
  preloadModules: [workflowsPath],
  ...failureConversion(encryption),
});

export const bundlePath = (encryption: 'on' | 'off'): string =>
  join(projectRoot, 'dist', encryption === 'on' ? 'workflows.encrypted.bundle.js' : 'workflows.bundle.js');

/** The prebuilt bundle where the code runs from `dist/`, one of the sources otherwise. */
export async function workflowSource(
  encryption: 'on' | 'off',
  logger: Logger,
): Promise<Pick<WorkerOptions, 'workflowBundle'>> {
  const runsFromBuild = import.meta.filename.endsWith('.js');
  const codePath = bundlePath(encryption);
  if (runsFromBuild && existsSync(codePath)) return { workflowBundle: { codePath } };
  return { workflowBundle: await reuseBundle(workflowCode(encryption), logger) };
}
