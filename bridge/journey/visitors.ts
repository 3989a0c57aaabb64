import { BoundedMemory } from '../../activities/bounded-memory.ts';
import { actionOf } from '../../events/actions.ts';
import { pathOf } from '../../events/funnel.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import type { Mail } from './mailbox.ts';

/** Where an event goes. */
export type Route =
  | {
      readonly to: 'journey';
      readonly journeyId: string;
      /** For an event without a user that is sent to one: which visitor it was. */
      readonly visitorId: string | null;
      /**
       * The journey must ask the record about the session, as there are events of a visitor or there may be. The record
       * must hold what was on the topic by this instant, milliseconds since 1970.
       */
      readonly joins: number | null;
      /** The visitor's journey must ask the record what came before. */
      readonly asks: boolean;
      /** The visitor's first event, held back until now. */
      readonly heldBack: Mail | null;
    }
  /** A visitor's first event: no workflow is started for somebody who may never come again. */
  | { readonly to: 'nobody'; readonly sessionId: string };

/** `sure`: all of the session's events were met here, so that no other bridge or earlier run knows better. */
type Session =
  | { readonly is: 'visitor'; readonly sure: boolean; heldBack: Mail | null; asks: boolean }
  | { readonly is: 'user'; readonly sure: boolean; readonly userId: string }
  | { readonly is: 'shared'; asks: boolean };

/**
 * Who is behind a client session, as far as this bridge has seen. A visitor is admitted to a journey with the second
 * event, or with one that touches a cart; the first is recorded and held back here. Once the session shows a user, its
 * events without one are sent to that user, until it shows a second user: then nobody can tell whose they are.
 *
 * Bounded, and empty after a restart: what is not remembered is asked of the record by the journey, so that forgetting
 * costs a question and never an event.
 */
export class Visitors {
  private readonly sessions: BoundedMemory<Session>;
  private readonly readsAll: boolean;
  private readonly since: number;

  /**
   * `readsAll`: every partition is read here, from the log's beginning, so that a session not met here is new.
   * `since`: the instant from which on it meets what comes, milliseconds since 1970.
   */
  constructor(readsAll: boolean, since: number, mostRemembered = 100_000) {
    this.readsAll = readsAll;
    this.since = since;
    this.sessions = new BoundedMemory(mostRemembered);
  }

  /** `readAt`: when the event was read from the topic. */
  route(event: ShopEvent, readAt: number): Route {
    const { userId, sessionId, journeyId } = event;
    if (sessionId === null) return plainly(journeyId);
    return userId === null ? this.routeVisitor(event, sessionId) : this.routeUser(userId, sessionId, readAt);
  }

  /** Keeps the visitor's first event until a second one admits it. */
  holdBack(sessionId: string, mail: Mail): void {
    const session = this.sessions.see(sessionId);
    if (session?.is === 'visitor') session.heldBack = mail;
  }

  private routeUser(userId: string, sessionId: string, readAt: number): Route {
    const session = this.sessions.see(sessionId);
    if (session?.is === 'user' && session.userId !== userId)
      this.sessions.set(sessionId, { is: 'shared', asks: true });
    if (session?.is === 'user' || session?.is === 'shared') return plainly(userId);
    const sure = session ? session.sure : this.remembersAll;
    this.sessions.set(sessionId, { is: 'user', sure, userId });
    return { ...plainly(userId), joins: session ? readAt : sure ? null : this.since };
  }

  private routeVisitor(event: ShopEvent, sessionId: string): Route {
    const session = this.sessions.see(sessionId);
    if (session?.is === 'user') {
      // Not sure: there may have been another user before. The visitor's journey asks the record whose it is.
      return session.sure
        ? { ...plainly(session.userId), visitorId: sessionId }
        : { ...plainly(sessionId), asks: true };
    }
    if (session?.is === 'shared') {
      const { asks } = session;
      session.asks = false;
      return { ...plainly(sessionId), asks };
    }
    const sure = session ? session.sure : this.remembersAll;
    const touchesCart = actionOf(event.action).cart(pathOf(event.page)) !== null;
    if (!session && !touchesCart) {
      this.sessions.set(sessionId, { is: 'visitor', sure, heldBack: null, asks: !sure });
      return { to: 'nobody', sessionId };
    }
    const { heldBack, asks } = session ?? { heldBack: null, asks: !sure };
    this.sessions.set(sessionId, { is: 'visitor', sure, heldBack: null, asks: false });
    return { ...plainly(sessionId), heldBack, asks };
  }

  private get remembersAll(): boolean {
    return this.readsAll && !this.sessions.hasForgotten;
  }
}

const plainly = (journeyId: string): Route & { to: 'journey' } => ({
  to: 'journey',
  journeyId,
  visitorId: null,
  joins: null,
  asks: false,
  heldBack: null,
});
