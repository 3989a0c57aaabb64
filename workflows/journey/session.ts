import { rankOf } from '../../events/funnel.ts';
import type { StepRow } from '../../events/journey-record.ts';
import type { JourneyRules } from '../../events/letter.ts';
import type { JourneyEvent } from './journey-event.ts';
import type { JourneyState, Session } from './state.ts';

export const longestSessionMs = 24 * 60 * 60 * 1000;

/** An event older than the session's end by more than the grace is recorded elsewhere, counted here, and moves nothing. */
export function isLate(state: JourneyState, event: JourneyEvent, rules: JourneyRules): boolean {
  return event.time < state.lastEventAt - rules.lateGraceMs;
}

/** Puts an event that is not late into its session, and says which funnel step it is the first to show there. */
export function visit(state: JourneyState, event: JourneyEvent, rules: JourneyRules): StepRow[] {
  touch(state, event);
  const session = isBeforeSession(state, event, rules)
    ? earlierSessionOf(state, event, rules)
    : sessionOf(state, event, rules);
  session.events += 1;
  session.startedAt = Math.min(session.startedAt, event.time);
  session.runStartedAt = Math.min(session.runStartedAt, event.time);
  const isLatest = event.time >= session.lastEventAt;
  session.lastEventAt = Math.max(session.lastEventAt, event.time);
  state.lastEventAt = Math.max(state.lastEventAt, event.time);
  if (event.action === 'pageview') {
    session.pageviews += 1;
    session.entryPage ??= event.page;
    if (isLatest) session.lastPage = event.page;
  }
  return stepShown(session, event);
}

/** The earliest page view is where the journey began; a visitor's may become known later than the user's. */
function touch(state: JourneyState, { action, time, page, referrer }: JourneyEvent): void {
  if (action !== 'pageview' || (state.firstTouch && state.firstTouch.at <= time)) return;
  state.firstTouch = { at: time, page, referrer };
}

/** Only what a visitor did can lie so far back: anything else is late by then. */
const isBeforeSession = (state: JourneyState, event: JourneyEvent, rules: JourneyRules): boolean =>
  event.asVisitor && state.session !== null && event.time < state.session.startedAt - rules.sessionGapMs;

function earlierSessionOf(state: JourneyState, event: JourneyEvent, rules: JourneyRules): Session {
  const known = state.earlierSession;
  const isInIt =
    known !== null &&
    event.time >= known.startedAt - rules.sessionGapMs &&
    event.time <= known.lastEventAt + rules.sessionGapMs;
  if (isInIt) return known;
  state.sessions += 1;
  return (state.earlierSession = begin(event, event.time));
}

function sessionOf(state: JourneyState, event: JourneyEvent, rules: JourneyRules): Session {
  const current = state.session;
  if (current && event.time <= current.lastEventAt + rules.sessionGapMs) {
    const { runStartedAt } = current;
    const isSamePart = partOf(runStartedAt, event.time) <= partOf(runStartedAt, current.startedAt);
    return isSamePart ? current : open(state, event, runStartedAt);
  }
  return open(state, event, event.time);
}

/** A run of events longer than 24 h is cut every 24 h from its first event, as the roll-up of `user_sessions` does. */
function open(state: JourneyState, event: JourneyEvent, runStartedAt: number): Session {
  state.sessions += 1;
  return (state.session = begin(event, runStartedAt));
}

const begin = (event: JourneyEvent, runStartedAt: number): Session => ({
  runStartedAt,
  startedAt: event.time,
  lastEventAt: event.time,
  events: 0,
  pageviews: 0,
  entryPage: null,
  lastPage: null,
  step: 'browse',
  reached: { browse: event.time },
});

const partOf = (runStartedAt: number, time: number): number =>
  Math.floor((time - runStartedAt) / longestSessionMs);

function stepShown(session: Session, event: JourneyEvent): StepRow[] {
  const { step } = event;
  if (step === null || session.reached[step] !== undefined) return [];
  session.reached[step] = event.time;
  if (rankOf(step) > rankOf(session.step)) session.step = step;
  return [{ eventId: event.eventId, step, reachedAt: event.time, sessionStartedAt: session.startedAt }];
}
