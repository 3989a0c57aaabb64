import type { AuditEntry } from '../events/audit-entry.ts';
import type {
  Measurement,
  RuleAcknowledgement,
  RuleAnnouncement,
  RuleQuestion,
} from '../events/alert-rule.ts';
import type { WebhookDelivery } from '../events/alert-webhook.ts';
import type { UsualLoadTime } from '../events/checkout-trouble.ts';
import type { JourneyRecord } from '../events/journey-record.ts';
import type { LetterLine } from '../events/letter.ts';

/** What the record says about a user's silence. */
export type SilenceAnswer =
  | {
      readonly silent: true;
      /**
       * Set where an alert may not be said yet: the end (ms since 1970) of the quiet hours that `until`, or else the
       * moment of the answer, lies in.
       */
      readonly quietUntil?: number;
    }
  /** The user's latest event in the time asked about; where it is a visitor's who is this user, which visitor's. */
  | { readonly silent: false; readonly lastEventAt: number; readonly visitorId: string | null }
  /** The visitor asked about has shown to be a user: silence is for that user's journey to judge. */
  | { readonly silent: 'handed over' }
  /** The record has not caught up with the stream, so nobody can know yet. */
  | { readonly silent: 'unknown' };

export interface SilenceQuestion {
  readonly journeyId: string;
  /** Events after this event time (ms) … */
  readonly after: number;
  /** … and up to this one would mean that the user was not silent. */
  readonly until: number;
  /** The record must hold everything that was appended before this broker time (ms). */
  readonly completeUntil: number;
  /** A visitor that knows already whose its earlier events are asks about its own. */
  readonly isHandedOver: boolean;
}

/** Who a visitor turned out to be. */
export interface Identity {
  readonly userId: string;
  /** Event time (ms) from which the session is a shared device, and its events without a user are nobody's; null so far. */
  readonly until: number | null;
}

export interface RecallQuestion {
  /** The journey under which the events were recorded. */
  readonly journeyId: string;
  /** Whose events are asked for: a visitor's that are this user's, or with `null` the journey's own. */
  readonly userId: string | null;
  /** The highest offset that has been taken already, by partition. */
  readonly marks: Readonly<Record<number, number>>;
  readonly completeUntil: number;
}

export interface Recalled {
  readonly identity: Identity | null;
  /** In the order of the log, so that none is missing before one that is there. */
  readonly lines: readonly LetterLine[];
  /** When the last of them was recorded, milliseconds since 1970: by then all of them were on the topic. */
  readonly recordedUpTo: number;
  /** There is more behind these lines: ask again. */
  readonly hasMore: boolean;
}

export interface JourneyActivities {
  /** Writes a journey's rows and says its alerts. Idempotent by the key of each row. */
  recordJourney(journeyId: string, record: JourneyRecord): Promise<void>;
  /** Asks the event record whether the user was silent after `after` until `until`. */
  askSilence(question: SilenceQuestion): Promise<SilenceAnswer>;
  /** Asks the event record for events that no letter has brought; `null` while the record is behind. */
  recallEvents(question: RecallQuestion): Promise<Recalled | null>;
  /** How long a checkout page usually takes to load, over all users; `null` while too few views are known. */
  askUsualLoadTime(page: string): Promise<UsualLoadTime | null>;
}

/** What a run of the roll-ups did. */
export interface RolledUp {
  /** Events taken from the record. */
  readonly events: number;
  /** Rows written. */
  readonly sessions: number;
  readonly minutes: number;
  readonly slices: number;
  /** There is more than fitted into the run: the next one goes on. */
  readonly behind: boolean;
  /** A rebuild of the reports is under way, in what time the news leave. */
  readonly rebuilding: boolean;
}

export interface RollUpActivities {
  /** Brings sessions, minutes and hourly sums up to date with what was recorded since the last run. */
  rollUp(): Promise<RolledUp>;
}

export interface RetentionPrepared {
  readonly daysMade: number;
  readonly tables: readonly string[];
  /** Tables whose days are not those of the worker's `RETENTION_DAYS`. Workers of the release before do not say. */
  readonly keptForOtherDays?: readonly string[];
}

export interface RetentionActivities {
  /** Moves on from when tables are kept, and makes days ahead; gives how many, and the tables that keep for a time. */
  prepareRetention(): Promise<RetentionPrepared>;
  /** Drops the oldest day of the record if it lies before what is kept; whether there was one. */
  dropExpiredDay(): Promise<boolean>;
  /** Deletes a table's expired rows for some seconds at most. Running it twice deletes nothing more. */
  deleteExpired(table: string): Promise<{ readonly deleted: number; readonly isDone: boolean }>;
  /** Has the planner know the record as a whole, after days came and went. */
  measureEvents(): Promise<void>;
}

export interface AlertRuleActivities {
  /** Measures, and records what came of it and what was missed before. Fails while the stores are away. */
  evaluateRule(question: RuleQuestion): Promise<Measurement>;
  /** Measures and records nothing. */
  measureRule(question: RuleQuestion): Promise<Measurement>;
  /** Writes the alert's row and tells its topic and webhook. Idempotent by rule, instant and status. */
  announceRule(announcement: RuleAnnouncement): Promise<void>;
  /** Notes in the alert's row who has seen it. */
  acknowledgeAlert(acknowledgement: RuleAcknowledgement): Promise<void>;
  /** Appends to the audit log; an operation that is told again is one entry. */
  auditRule(entry: AuditEntry & { readonly operationId: string }): Promise<void>;
}

export interface AlertWebhookActivities {
  /** Posts one alert to the webhook, if there is one. Fails unless it is taken. */
  callWebhook(delivery: WebhookDelivery): Promise<'delivered' | 'not configured'>;
}

export type Activities = JourneyActivities &
  RollUpActivities &
  RetentionActivities &
  AlertRuleActivities &
  AlertWebhookActivities;
