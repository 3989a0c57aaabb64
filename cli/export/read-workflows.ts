import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';

import { journeyQueryName, journeyWorkflowId } from '../../events/letter.ts';
import type { JourneyView } from '../../workflows/journey/view.ts';

export interface ExportedRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly status: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** The runs of one journey that Temporal still keeps. */
export async function readRuns(client: Client, journeyId: string): Promise<ExportedRun[]> {
  const runs: ExportedRun[] = [];
  const query = `WorkflowId = '${journeyWorkflowId(journeyId)}'`;
  for await (const { workflowId, runId, status, startTime, closeTime } of client.workflow.list({ query })) {
    runs.push({
      workflowId,
      runId,
      status: status.name,
      startedAt: startTime.toISOString(),
      endedAt: closeTime?.toISOString() ?? null,
    });
  }
  return runs;
}

/** What a journey knows now, or knew at its end; null when there is none. */
export async function readJourney(client: Client, journeyId: string): Promise<JourneyView | null> {
  try {
    return await client.workflow.getHandle(journeyWorkflowId(journeyId)).query<JourneyView>(journeyQueryName);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
