import type { WorkflowHandle } from '@temporalio/client';

/** Stores the history of a run under a name of its own. */
export type Save = (name: string, run: Pick<WorkflowHandle, 'fetchHistory'>) => Promise<void>;
