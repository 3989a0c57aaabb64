import { join } from 'node:path';

import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

import { projectRoot } from '../../../connections/sql-file.ts';

export type NextRelease = 'patched' | 'unpatched';

/** Today's workflows with one change on top, bundled as a worker of the next release would have them. */
export function bundleNextRelease(release: NextRelease): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({
    workflowsPath: join(projectRoot, 'workflows', 'index.ts'),
    workflowInterceptorModules: [join(import.meta.dirname, `${release}.ts`)],
    logger: new DefaultLogger('ERROR'),
  });
}
