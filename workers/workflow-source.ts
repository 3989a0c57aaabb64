import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { WorkerOptions } from '@temporalio/worker';

import { projectRoot } from '../connections/sql-file.ts';

export const workflowsPath = join(projectRoot, 'workflows', 'index.ts');

/**
 * What is bundled, for whoever bundles it. The modules are evaluated once and frozen, for all workflows of a worker, instead of
 * anew for each: more than half of what a cached journey takes in memory, and much of what its start takes. So a module
 * of `workflows/` or `events/` holds constants and nothing else; the linter refuses anything that could change.
 */
export const workflowCode = { workflowsPath, preloadModules: [workflowsPath] };

/** How failures are written belongs to a bundle, so there is one for each setting of PAYLOAD_ENCRYPTION. */
export const bundlePath = (encryption: 'on' | 'off'): string =>
  join(projectRoot, 'dist', encryption === 'on' ? 'workflows.encrypted.bundle.js' : 'workflows.bundle.js');

/** The prebuilt bundle where the code runs from `dist/`, the sources otherwise. */
export function workflowSource(
  encryption: 'on' | 'off',
): Pick<WorkerOptions, 'workflowBundle'> | Pick<WorkerOptions, 'workflowsPath' | 'bundlerOptions'> {
  const runsFromBuild = import.meta.filename.endsWith('.js');
  const codePath = bundlePath(encryption);
  if (runsFromBuild && existsSync(codePath)) return { workflowBundle: { codePath } };
  const { preloadModules } = workflowCode;
  return { workflowsPath, bundlerOptions: { preloadModules } };
}
