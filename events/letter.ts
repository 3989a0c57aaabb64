import type { ActionName } from './actions.ts';
import type { CheckoutTroubleRules } from './checkout-trouble.ts';
import type { Item, KnownDevice } from './shop-event.ts';

/** What only some events say; left out of a line where there is nothing to say. */
export interface LineDetail {
  readonly items?: readonly Item[];
  readonly value?: number;
  readonly currency?: string;
  readonly orderId?: string;
  /** Where a page view came from, when that was another site. */
  readonly referrer?: string;
  /** Of a checkout page's view: how long it took to load, in seconds. */
  readonly loadTime?: number;
  /** Of a form on a checkout page: whether the producer says that it failed, or passed. */
  readonly failed?: boolean;
  readonly form?: string;
  /** Of the two kinds above; only what is known. */
  readonly device?: KnownDevice;
}

/** One event in a letter. A tuple, as a journey may get thousands a minute: partition, offset, event time (ms), event id, action, … */
export type LetterLine = readonly [
  partition: number,
  offset: number,
  time: number,
  eventId: string,
  action: ActionName,
  page?: string | null,
  detail?: LineDetail,
];

/**
 * A letter: some events of one user, in the order of the log, sent as one signal. The word is ours.
 * A mark in the actor belongs to one incarnation of a partition: a topic that was deleted and made again
 * counts its offsets from zero, and its events are no redelivery of the old ones.
 */
export interface Letter {
  readonly incarnations: Readonly<Record<number, string>>;
  /**
   * An instant by which all of its events were on the topic, milliseconds since 1970: when the bridge read them. The
   * times that producers stamp on messages are not relied on here, as some stamp them with the event's time.
   */
  readonly appendedUpTo: number;
  readonly lines: readonly LetterLine[];
  /** Events without a user, by the client session that has shown this user. */
  readonly visitors?: Readonly<Record<string, readonly LetterLine[]>>;
  /**
   * Client sessions that show this user for the first time here. Before the lines are applied, the record is asked for
   * what the visitor did; it must hold all that was on the topic by the instant given, milliseconds since 1970.
   */
  readonly joins?: Readonly<Record<string, number>>;
  /** For a letter without lines: the event time (ms) up to which what the record tells is due. */
  readonly eventsUpTo?: number;
  /**
   * Before the lines are applied, the record is asked for the journey's own events that no letter has brought, and, of a
   * visitor's journey, whose they are.
   */
  readonly asks?: true;
}

/** The durations of the environment that a journey needs, all in milliseconds. Fixed for one run of the workflow. */
export interface JourneyRules {
  readonly sessionGapMs: number;
  readonly cartAbandonAfterMs: number;
  readonly checkoutAbandonAfterMs: number;
  readonly recoveryWindowMs: number;
  readonly alertCooldownMs: number;
  readonly lateGraceMs: number;
  readonly idleAfterMs: number;
  /** Absent in journeys that a bridge from before it started: they look for no trouble. */
  readonly checkoutTrouble?: CheckoutTroubleRules;
}

export const journeyWorkflowType = 'userJourney';
export const letterSignalName = 'letter';
export const journeyQueryName = 'journey';
export const renewSignalName = 'renew';

/** The workflow id of a user's or visitor's journey. `journeyId` is a pseudonym. */
export const journeyWorkflowId = (journeyId: string): string => `${journeyPrefix}${journeyId}`;

/** The pseudonym whose journey a workflow is; `null` for any other workflow. */
export const journeyOfWorkflow = (workflowId: string): string | null =>
  workflowId.startsWith(journeyPrefix) ? workflowId.slice(journeyPrefix.length) : null;

const journeyPrefix = 'journey/';

/** Pseudonyms of users begin with `u`, those of client sessions, which name visitors, with `s`. */
export const isUserJourney = (journeyId: string): boolean => journeyId.startsWith('u');
