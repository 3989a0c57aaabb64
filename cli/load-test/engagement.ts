import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';

import { millisecondsOf } from '../../connections/protobuf-time.ts';
import { journeyWorkflowId, letterSignalName, type Letter } from '../../events/letter.ts';

/**
 * Latencies from an event's time to the workflow task that took it in, read from the histories of sampled journeys:
 * what a support engineer's query waits for. Only a journey's current run is read.
 */
export async function engagementLatencies(
  client: Client,
  journeyIds: readonly string[],
  since: Date,
): Promise<number[]> {
  const latencies: number[] = [];
  for (const journeyId of journeyIds) {
    const { events } = await client.workflow.getHandle(journeyWorkflowId(journeyId)).fetchHistory();
    let waiting: number[] = [];
    for (const {
      eventTime,
      workflowExecutionSignaledEventAttributes: signal,
      workflowTaskCompletedEventAttributes: completed,
    } of events ?? []) {
      if (signal?.signalName === letterSignalName) {
        const payload = signal.input?.payloads?.[0];
        if (payload) waiting.push(...timesIn(defaultPayloadConverter.fromPayload<Letter>(payload), since));
      }
      if (completed) {
        const takenAt = millisecondsOf(eventTime);
        latencies.push(...waiting.map((time) => Math.max(0, takenAt - time)));
        waiting = [];
      }
    }
  }
  return latencies;
}

function timesIn(letter: Letter, since: Date): number[] {
  return letter.lines.map(([, , time]) => time).filter((time) => time >= since.getTime());
}
