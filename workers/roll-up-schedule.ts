import {
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  type ScheduleClient,
  type ScheduleOptions,
} from '@temporalio/client';

/** Creates the schedule of the roll-ups, or brings it to these settings. Safe to call from every worker that starts. */
export async function ensureRollUpSchedule(
  client: ScheduleClient,
  taskQueue: string,
  everyMs: number,
): Promise<void> {
  const scheduleId = `roll-up/${taskQueue}`;
  const options = {
    spec: { intervals: [{ every: everyMs }] },
    // A run that takes long is followed by one run, not by all that it delayed.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' },
    action: { type: 'startWorkflow', workflowType: 'rollUp', workflowId: scheduleId, taskQueue, args: [] },
  } satisfies Omit<ScheduleOptions, 'scheduleId'>;
  try {
    await client.create({ scheduleId, ...options });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.getHandle(scheduleId).update(({ state }) => ({ ...options, state }));
  }
}
