import { isGrpcServiceError, type Connection } from '@temporalio/client';

import { untilItWorks } from '../connections/back-off.ts';
import { grpcStatus } from '../connections/grpc-status.ts';
import type { Log } from '../connections/log.ts';
import type { Settings } from '../settings/settings.ts';

/** Workflow tasks and activity tasks: the server registers a build for each when it first polls. */
const kindsOfTasks = 2;
const registrationLimitMs = 60_000;
const backOff = { firstMs: 100, mostMs: 1_000 };

/** The server has not seen this build poll for all its tasks yet, and would refuse to make it current. */
class NotRegisteredYet extends Error {}

/**
 * Waits until the server knows the polling worker's version, so that it can be made current from then on, and makes it
 * current where the deployment has no current one: nobody else would take the tasks. A second version waits for an operator.
 * Throws when the server does not know the version within a minute.
 */
export async function settleCurrentVersion(
  connection: Connection,
  settings: Settings,
  log: Log,
  stopping: AbortSignal,
): Promise<void> {
  const { WORKER_BUILD_ID: buildId, WORKER_DEPLOYMENT_NAME: deploymentName } = settings;
  if (buildId === undefined) return;
  const { workflowService } = connection;
  const namespace = settings.TEMPORAL_NAMESPACE;
  const limit = AbortSignal.timeout(registrationLimitMs);
  const settle = async (): Promise<void> => {
    const { versionTaskQueues } = await workflowService.describeWorkerDeploymentVersion({
      namespace,
      deploymentVersion: { deploymentName, buildId },
    });
    const kinds = versionTaskQueues.filter(({ name }) => name === settings.TEMPORAL_TASK_QUEUE);
    if (kinds.length < kindsOfTasks) throw new NotRegisteredYet();
    const { workerDeploymentInfo: deployment, conflictToken } =
      await workflowService.describeWorkerDeployment({ namespace, deploymentName });
    const current = deployment?.routingConfig?.currentDeploymentVersion?.buildId;
    if (current === buildId) return;
    if (current) {
      log.warn(
        { build: buildId, current },
        'another build is the current version: no tasks until this one is, or is ramped to',
      );
      return;
    }
    // The token makes one of two that start at once fail and look again.
    await workflowService.setWorkerDeploymentCurrentVersion({
      namespace,
      deploymentName,
      buildId,
      conflictToken,
      identity: 'aisle worker',
    });
    log.info({ build: buildId }, 'the first build of its deployment: made the current version');
  };
  try {
    await untilItWorks(settle, {
      mayRetry: isNotYet,
      onRetry: () => undefined,
      signal: AbortSignal.any([stopping, limit]),
      backOff,
    });
  } catch (error) {
    if (stopping.aborted) return;
    throw limit.aborted
      ? new Error(`Temporal did not register the version ${deploymentName}.${buildId} within a minute`)
      : error;
  }
}

function isNotYet(error: unknown): boolean {
  if (error instanceof NotRegisteredYet) return true;
  if (!isGrpcServiceError(error)) return false;
  const code: number = error.code;
  return code === grpcStatus.notFound || code === grpcStatus.failedPrecondition;
}
