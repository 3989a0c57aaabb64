import { join } from 'node:path';

import { DefaultLogger } from '@temporalio/worker';

import { projectRoot } from '../../../connections/sql-file.ts';
import { reuseBundle } from '../../../workers/bundle-cache.ts';

export type NextRelease = 'patched' | 'unpatched';

/** Today's workflows with one change on top, bundled as a worker of the next release would have them. */
export function bundleNextRelease(release: NextRelease): ReturnType<typeof reuseBundle> {
  const recipe = {
    workflowsPath: join(projectRoot, 'workflows', 'index.ts'),
    workflowInterceptorModules: [join(import.meta.dirname, `${release}.ts`)],
  };
  return reuseBundle(recipe, new DefaultLogger('ERROR'));
}
