import { writeFile } from 'node:fs/promises';

import { bundleWorkflowCode } from '@temporalio/worker';

import { bundlePath, workflowCode } from './workflow-source.ts';

for (const encryption of ['off', 'on'] as const) {
  const { code } = await bundleWorkflowCode(workflowCode(encryption));
  await writeFile(bundlePath(encryption), code);
}
