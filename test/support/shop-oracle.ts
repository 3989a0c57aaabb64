import { stepOfPage } from '../../events/funnel.ts';
import type { ShopMessage } from '../../simulator/shop.ts';
import type { WireEvent } from '../../simulator/wire-event.ts';

/**
 * What must come of a simulated shop's events, recounted from the wire events alone: it shares no rule with the
 * reducers but the words of the contract. Only for shops where think times are far below the deadlines.
 */
export interface Expected {
  /** The distinct events, by id. */
  readonly events: ReadonlySet<string>;
  /** Those of robots: recorded, and nobody's journey. */
  readonly ofRobots: ReadonlySet<string>;
  readonly unusable: number;
  /** Distinct events by the raw id of the actor. */
  readonly eventsOf: ReadonlyMap<string, number>;
  /** `actor kind event_id`, the event being the one that opened the cart. */
  readonly abandonments: ReadonlySet<string>;
  readonly recoveries: number;
  /** `actor event_id order_id value`. */
  readonly purchases: ReadonlySet<string>;
}

export interface Deadlines {
  readonly cartMs: number;
  readonly checkoutMs: number;
}

interface Actor {
  events: number;
  lastAt: number;
  cart: null | { readonly openedBy: string; stage: 'cart' | 'checkout' };
  abandoned: boolean;
}

/**
 * Whose an event is: a session that shows a user at any time is that user's from its start. Users and visitors are told
 * apart by their kind: an id of one may equal an id of the other.
 */
export function actorsOf(messages: readonly ShopMessage[]): (event: WireEvent) => string {
  const users = new Map<string, string>();
  for (const { kind, event } of messages) {
    if (kind !== 'event' || event?.user_id == null) continue;
    if (!users.has(event.session_id)) users.set(event.session_id, event.user_id);
  }
  return ({ user_id: user, session_id: session }) => {
    const known = user ?? users.get(session);
    return known === undefined ? `session:${session}` : `user:${known}`;
  };
}

export function recountShop(messages: readonly ShopMessage[], deadlines: Deadlines): Expected {
  const actorOf = actorsOf(messages);
  const actors = new Map<string, Actor>();
  const events = new Set<string>();
  const ofRobots = new Set<string>();
  const abandonments = new Set<string>();
  const purchases = new Set<string>();
  let recoveries = 0;

  const settle = (name: string, actor: Actor, at: number): void => {
    if (!actor.cart) return;
    const { openedBy, stage } = actor.cart;
    const window = stage === 'checkout' ? deadlines.checkoutMs : deadlines.cartMs;
    if (at - actor.lastAt <= window) return;
    abandonments.add(`${name} ${stage} ${openedBy}`);
    actor.cart = null;
    actor.abandoned = true;
  };

  for (const { kind, event, atMs } of messages) {
    if (kind !== 'event' || event === null) continue;
    events.add(event.event_id);
    // In the simulated shop only robots send their user agent.
    if (event.user_agent !== undefined) {
      ofRobots.add(event.event_id);
      continue;
    }
    const name = actorOf(event);
    const actor = actors.get(name) ?? { events: 0, lastAt: atMs, cart: null, abandoned: false };
    actors.set(name, actor);
    settle(name, actor, atMs);
    actor.events += 1;
    actor.lastAt = atMs;
    const touched = stageTouched(event);
    if (touched !== null) {
      actor.cart ??= { openedBy: event.event_id, stage: touched };
      if (touched === 'checkout') actor.cart.stage = 'checkout';
    }
    if (event.action === 'purchase') {
      purchases.add(`${name} ${event.event_id} ${event.order_id ?? ''} ${event.value ?? ''}`);
      if (actor.abandoned) recoveries += 1;
      actor.abandoned = false;
      actor.cart = null;
    }
  }
  for (const [name, actor] of actors) settle(name, actor, Number.POSITIVE_INFINITY);
  return {
    events,
    ofRobots,
    unusable: messages.filter(({ kind }) => kind === 'unusable').length,
    eventsOf: new Map([...actors].map(([name, actor]) => [name, actor.events])),
    abandonments,
    recoveries,
    purchases,
  };
}

function stageTouched({ action, page }: WireEvent): 'cart' | 'checkout' | null {
  if (action === 'add_to_cart') return 'cart';
  if (action === 'begin_checkout' || action === 'add_payment_info') return 'checkout';
  const step = action === 'pageview' ? stepOfPage(page) : null;
  return step === 'cart' || step === 'checkout' ? step : null;
}
