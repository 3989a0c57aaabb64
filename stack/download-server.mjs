// Lets Temporal's SDK download a server into a folder, in a process of its own: that keeps the SDK's native code and
// its threads out of the process that only wanted a file. Arguments: dev-server | time-skipping, the folder.
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [, , kind, downloadDir] = process.argv;
const server = { executable: { type: 'cached-download', downloadDir } };

const environment =
  kind === 'dev-server'
    ? await TestWorkflowEnvironment.createLocal({ server })
    : await TestWorkflowEnvironment.createTimeSkipping({ server });
await environment.teardown();
