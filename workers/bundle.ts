import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { bundleWorkflowCode } from '@temporalio/worker';

import { projectRoot } from '../connections/sql-file.ts';
import { bundlePath } from './workflow-source.ts';

const { code } = await bundleWorkflowCode({ workflowsPath: join(projectRoot, 'workflows', 'index.ts') });
await writeFile(bundlePath, code);
