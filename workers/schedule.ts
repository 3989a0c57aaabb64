import {
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  type ScheduleClient,
  type ScheduleOptions,
} from '@temporalio/client';

interface Scheduled {
  /** Start of the schedule's id, and of the workflow's. */
  readonly name: string;
  readonly workflowType: string;
}

export const rollUpSchedule: Scheduled = { name: 'roll-up', workflowType: 'rollUp' };
export const retentionSchedule: Scheduled = { name: 'retention', workflowType: 'retention' };

/** Creates the schedule of a workflow, or brings it to this interval. Safe to call from every worker that starts. */
export async function ensureSchedule(
  client: ScheduleClient,
  taskQueue: string,
  { name, workflowType }: Scheduled,
  everyMs: number,
): Promise<void> {
  const scheduleId = `${name}/${taskQueue}`;
  const options = {
    spec: { intervals: [{ every: everyMs }] },
    // A run that takes long is followed by one run, not by all that it delayed.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' },
    action: { type: 'startWorkflow', workflowType, workflowId: scheduleId, taskQueue, args: [] },
  } satisfies Omit<ScheduleOptions, 'scheduleId'>;
  try {
    await client.create({ scheduleId, ...options });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.getHandle(scheduleId).update(({ state }) => ({ ...options, state }));
  }
}
