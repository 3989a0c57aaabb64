import type { UsualLoadTime } from '../events/checkout-trouble.ts';
import type { JourneyRecord } from '../events/journey-record.ts';

/** What the record says about a user's silence. */
export type SilenceAnswer =
  | { readonly silent: true }
  /** The user's latest event in the time asked about. */
  | { readonly silent: false; readonly lastEventAt: number }
  /** The record has not caught up with the stream, so nobody can know yet. */
  | { readonly silent: 'unknown' };

export interface JourneyActivities {
  /** Writes a journey's rows and says its alerts. Idempotent by the key of each row. */
  recordJourney(journeyId: string, record: JourneyRecord): Promise<void>;
  /** Asks the event record whether the user was silent after `after` until `until` (event time, ms). */
  askSilence(question: {
    readonly journeyId: string;
    readonly after: number;
    readonly until: number;
    readonly completeUntil: number;
  }): Promise<SilenceAnswer>;
  /** How long a checkout page usually takes to load, over all users; `null` while too few views are known. */
  askUsualLoadTime(page: string): Promise<UsualLoadTime | null>;
}

export interface RollUpActivities {
  /** Recomputes the sessions and minutes that were touched since the last run. Returns what was written. */
  rollUp(): Promise<{ sessions: number; minutes: number }>;
}

export type Activities = JourneyActivities & RollUpActivities;
