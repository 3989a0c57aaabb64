import type { FunnelStep } from '../../../events/funnel.ts';

/** One event as one signal: what the bench compares letters with. Names are apart from those of Aisle's own journeys. */
export interface EventSignal {
  readonly time: number;
  readonly eventId: string;
  readonly action: string;
  readonly page: string | null;
  readonly step: FunnelStep | null;
}

/** What a run hands to the next. */
export interface OneSignalState {
  readonly userId: string;
  readonly events: number;
  readonly step: FunnelStep;
}

export interface OneSignalActivities {
  recordStep(userId: string, eventId: string, step: FunnelStep, time: number): Promise<void>;
}

export const oneSignalWorkflowType = 'oneSignalJourney';
export const eventSignalName = 'event';
export const oneSignalWorkflowId = (userId: string): string => `one-signal/${userId}`;
export const oneSignalTaskQueue = (taskQueue: string): string => `${taskQueue}-one-signal`;
