import { isActionName } from '../../events/actions.ts';
import type { ShopMessage } from '../../simulator/shop.ts';
import type { WireEvent } from '../../simulator/wire-event.ts';
import type { ToldEvent } from './reference-journey.ts';
import { actorsOf } from './shop-oracle.ts';

/**
 * A simulated shop's events as the reference model is told of them, by actor, robots left out. An actor with two events at
 * one instant is left out as well: the model knows an order for all that it is told.
 */
export function toldByActor(messages: readonly ShopMessage[], opensAt: number): Map<string, ToldEvent[]> {
  const actorOf = actorsOf(messages);
  const told = new Map<string, ToldEvent[]>();
  const unclear = new Set<string>();
  for (const { kind, event, atMs } of messages) {
    if (kind !== 'event' || event === null || event.user_agent !== undefined) continue;
    const actor = actorOf(event);
    const own = told.get(actor) ?? [];
    if (own.at(-1)?.at === opensAt + atMs) unclear.add(actor);
    told.set(actor, [...own, tell(event, opensAt + atMs)]);
  }
  for (const actor of unclear) told.delete(actor);
  return told;
}

function tell(event: WireEvent, at: number): ToldEvent {
  const { event_id: id, action, page, items = [], value, currency, order_id: orderId } = event;
  if (!isActionName(action)) throw new Error('the shop has an action that nobody knows');
  return {
    id,
    at,
    action,
    ...(action === 'pageview' ? { page } : {}),
    detail: {
      items: items.map(({ product_id: productId, quantity, price }) => ({ productId, quantity, price })),
      ...(value === undefined ? {} : { value }),
      ...(currency === undefined ? {} : { currency }),
      ...(orderId === undefined ? {} : { orderId }),
    },
  };
}
