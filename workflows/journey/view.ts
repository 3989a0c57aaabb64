import type { CheckoutTrouble } from '../../events/checkout-trouble.ts';
import type { CartRow, CartStage } from '../../events/journey-record.ts';
import type { Segment } from '../../events/segment.ts';
import type { Journey } from './journey.ts';
import { idleDeadline } from './deadlines.ts';
import { segmentOf } from './segments.ts';
import type { Abandonment, Counts, JourneyState, Mark, Purchase } from './state.ts';
import { isUserJourney, type JourneyRules } from '../../events/letter.ts';

/** The answer of the `journey` query: the whole journey, times as ISO 8601. */
export interface JourneyView {
  readonly journeyId: string;
  readonly kind: 'user' | 'visitor';
  /** Whose journey a visitor's events belong to, once it is known; of a shared device up to a time. */
  readonly handedOver: null | { readonly userId: string; readonly until: string | null };
  /** The earliest page view, a visitor's time included. */
  readonly firstTouch: null | {
    readonly at: string;
    readonly page: string | null;
    readonly referrer: string | null;
  };
  readonly funnelStep: string;
  readonly lastEventAt: string | null;
  readonly session: null | {
    readonly startedAt: string;
    readonly lastEventAt: string;
    /** When the session is over if nothing comes: whoever reads compares it with the clock, a query has none. */
    readonly openUntil: string;
    readonly events: number;
    readonly pageviews: number;
    readonly entryPage: string | null;
    readonly lastPage: string | null;
    readonly reached: Readonly<Record<string, string>>;
  };
  readonly sessions: number;
  readonly cart:
    | null
    | (Omit<CartRow, 'openedAt' | 'updatedAt' | 'closedAt' | 'version'> & {
        readonly openedAt: string;
        readonly updatedAt: string;
        readonly abandonedUnlessActiveBy: string | null;
      });
  readonly purchases: number;
  readonly purchasedValue: number;
  readonly lastPurchase: null | (Omit<Purchase, 'at' | 'version'> & { readonly at: string });
  readonly abandonments: number;
  readonly lastAbandonment: null | (Omit<Abandonment, 'at' | 'openedAt'> & { readonly at: string });
  /** The latest abandonment's alert while quiet hours hold it back. */
  readonly heldAlert: null | {
    readonly cartId: string;
    readonly kind: CartStage;
    readonly abandonedAt: string;
    readonly saidUnlessActiveBy: string;
  };
  /** What was last wrong with a checkout; absent in answers of an older release. */
  readonly checkoutTrouble?: TroubleView | null;
  readonly segment: {
    readonly name: Segment;
    /** Null for a shopper who has been new from the first event on. */
    readonly since: string | null;
    readonly because: string;
    /** The last one that was told to the topic; a journey begins as `new` without a word. */
    readonly told: Segment;
  };
  readonly restsAfter: string;
  readonly counts: Counts;
  readonly marks: Readonly<Record<string, Mark>>;
}

export interface TroubleView extends CheckoutTrouble {
  readonly cartId: string;
  readonly at: string;
}

export function viewOf(journey: Journey, rules: JourneyRules): JourneyView {
  const { state } = journey;
  const { session, cart, lastPurchase, lastAbandonment, heldAlert, handedOver, firstTouch } = state;
  return {
    journeyId: state.journeyId,
    kind: isUserJourney(state.journeyId) ? 'user' : 'visitor',
    handedOver: handedOver && { userId: handedOver.userId, until: iso(handedOver.until) },
    firstTouch: firstTouch && { ...firstTouch, at: iso(firstTouch.at) ?? '' },
    funnelStep: session?.step ?? 'browse',
    lastEventAt: iso(state.lastEventAt),
    session: session && {
      startedAt: iso(session.startedAt) ?? '',
      lastEventAt: iso(session.lastEventAt) ?? '',
      openUntil: iso(session.lastEventAt + rules.sessionGapMs) ?? '',
      events: session.events,
      pageviews: session.pageviews,
      entryPage: session.entryPage,
      lastPage: session.lastPage,
      reached: Object.fromEntries(Object.entries(session.reached).map(([step, at]) => [step, iso(at) ?? ''])),
    },
    sessions: state.sessions,
    cart: cart && {
      cartId: cart.cartId,
      status: cart.status,
      stage: cart.stage,
      items: cart.items,
      value: cart.value,
      currency: cart.currency,
      openedAt: iso(cart.openedAt) ?? '',
      updatedAt: iso(cart.updatedAt) ?? '',
      abandonedUnlessActiveBy: iso(journey.deadline()),
    },
    purchases: state.purchases,
    purchasedValue: state.purchasedValue,
    lastPurchase: lastPurchase && {
      purchaseId: lastPurchase.purchaseId,
      value: lastPurchase.value,
      fromPage: lastPurchase.fromPage,
      orderId: lastPurchase.orderId,
      cartId: lastPurchase.cartId,
      at: iso(lastPurchase.at) ?? '',
    },
    abandonments: state.abandonments,
    lastAbandonment: lastAbandonment && {
      cartId: lastAbandonment.cartId,
      kind: lastAbandonment.kind,
      recovered: lastAbandonment.recovered,
      alert: lastAbandonment.alert,
      at: iso(lastAbandonment.at) ?? '',
    },
    heldAlert: heldAlert && {
      cartId: heldAlert.abandonment.cartId,
      kind: heldAlert.abandonment.kind,
      abandonedAt: iso(heldAlert.abandonment.abandonedAt) ?? '',
      saidUnlessActiveBy: iso(heldAlert.until) ?? '',
    },
    checkoutTrouble: troubleOf(state),
    segment: {
      name: state.segment.segment,
      since: iso(state.segment.since),
      because: segmentOf(state, rules).because,
      told: state.segment.told,
    },
    restsAfter: iso(idleDeadline(state, rules)) ?? '',
    counts: state.counts,
    marks: state.marks,
  };
}

function troubleOf({ checkout }: JourneyState): TroubleView | null {
  const said = checkout?.said;
  return said ? { ...said, at: iso(said.at) ?? '' } : null;
}

const iso = (time: number | null): string | null => (time ? new Date(time).toISOString() : null);
