import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { projectRoot } from '../connections/sql-file.ts';

export const bundlePath = join(projectRoot, 'dist', 'workflows.bundle.js');

/** The prebuilt bundle where the code runs from `dist/`, the sources otherwise. */
export function workflowSource(): { workflowBundle: { codePath: string } } | { workflowsPath: string } {
  const runsFromBuild = import.meta.filename.endsWith('.js');
  if (runsFromBuild && existsSync(bundlePath)) return { workflowBundle: { codePath: bundlePath } };
  return { workflowsPath: join(projectRoot, 'workflows', 'index.ts') };
}
