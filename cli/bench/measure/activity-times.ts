import type { Client } from '@temporalio/client';

import { millisecondsOf } from '../../../connections/protobuf-time.ts';

/** Seconds from the scheduling of each activity of a workflow's last run to its completion, attempts included, in order. */
export async function activitySeconds(
  client: Client,
  workflowId: string,
): Promise<{ readonly name: string; readonly seconds: number }[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const scheduled = new Map<string, { name: string; at: number }>();
  const times: { name: string; seconds: number }[] = [];
  for (const event of events ?? []) {
    const at = millisecondsOf(event.eventTime);
    const name = event.activityTaskScheduledEventAttributes?.activityType?.name;
    if (name) scheduled.set(String(event.eventId), { name, at });
    const completed = event.activityTaskCompletedEventAttributes;
    const begun = completed && scheduled.get(String(completed.scheduledEventId));
    if (begun) times.push({ name: begun.name, seconds: (at - begun.at) / 1_000 });
  }
  return times;
}
