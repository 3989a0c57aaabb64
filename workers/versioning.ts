import type { WorkerOptions } from '@temporalio/worker';

import type { Settings } from '../settings/settings.ts';

/**
 * How a worker takes part in the deployment of new workflow code. Without a build id it is unversioned and takes every task.
 * With one it takes those of the current version's; a journey moves with the current version at its next task, wherever it
 * is, so no journey is bound to a worker that is gone. With `WORKFLOW_PATCHES=off` no run takes up a patch; a run that has
 * taken one up keeps to it.
 */
export function versioningOf(
  settings: Settings,
): Pick<WorkerOptions, 'workerDeploymentOptions' | 'patchActivationCallback'> {
  const { WORKER_BUILD_ID: buildId, WORKER_DEPLOYMENT_NAME: deploymentName } = settings;
  return {
    ...(settings.WORKFLOW_PATCHES === 'off' ? { patchActivationCallback: () => false } : {}),
    ...(buildId === undefined
      ? {}
      : {
          workerDeploymentOptions: {
            version: { deploymentName, buildId },
            useWorkerVersioning: true,
            defaultVersioningBehavior: 'AUTO_UPGRADE',
          },
        }),
  };
}
