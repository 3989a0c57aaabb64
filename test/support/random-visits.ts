import { actionNames } from '../../events/actions.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import type { Randomness } from '../../simulator/randomness.ts';
import { shopEvent } from './shop-event.ts';

const minute = 60_000;
const hour = 60 * minute;

const pages = [
  '/home',
  '/category/a',
  '/product/1',
  '/product/2?utm_source=mail&utm_medium=e-mail&utm_campaign=spring+%26+%C3%A4',
  '/cart',
  '/checkout/pay',
  '/purchase-complete',
];
const referrers = [
  '/from/1',
  'https://www.search.example/q',
  'https://social.example/?utm_source=social&utm_medium=paid',
];

export interface RandomVisits {
  readonly start: number;
  readonly events: number;
  /** The share of events that come at any time instead of in the order of their times. */
  readonly late: number;
  /** Visitors of whom some log in, some on a device that they share. */
  readonly visitors: boolean;
}

/** Events of six people with everything that a row can depend on, in the order in which they arrive. */
export function randomVisits(plan: RandomVisits, randomness: Randomness): ShopEvent[] {
  const events = Array.from({ length: plan.events }, (_, serial) => ({
    ...randomEvent(plan, randomness),
    // Ids of one width sort alike in JavaScript and in every collation.
    eventId: `e${String(serial).padStart(6, '0')}`,
  }));
  const arriving = events.toSorted((one, other) => one.time - other.time);
  for (const [at, event] of arriving.entries()) {
    if (!randomness.chance(plan.late)) continue;
    const place = randomness.whole(0, arriving.length - 1);
    arriving[at] = arriving[place] as ShopEvent;
    arriving[place] = event;
  }
  return arriving;
}

function randomEvent({ start, late, visitors }: RandomVisits, randomness: Randomness): ShopEvent {
  const person = randomness.whole(1, 6);
  const isVisitor = person === 1 || (visitors && person >= 4 && randomness.chance(0.4));
  const isSecondUser = visitors && person === 6 && randomness.chance(0.1);
  const userId = isVisitor ? null : `u1_${isSecondUser ? 7 : person}`;
  const sessionId = randomness.chance(0.8) || userId === null ? `s1_${person}` : null;
  // The first two are never away for long: their runs are cut at 24 h, and late events join them.
  const spread = (person <= 2 ? 60 * hour : 300 * hour) / (late === 1 ? 1 : 8);
  // Events come in bursts, some at the same instant, so that minutes and sessions go on.
  const burst = Math.floor((randomness.uniform() * spread) / (25 * minute)) * 25 * minute;
  const action = randomness.pick(actionNames);
  return shopEvent({
    journeyId: userId ?? (sessionId as string),
    userId,
    sessionId,
    time: start + burst + randomness.whole(0, 40) * 3_000,
    action,
    // A page view without a page never passes the parser.
    page: action === 'pageview' || randomness.chance(0.5) ? randomness.pick(pages) : null,
    bot: randomness.chance(0.02),
    referrer: randomness.chance(0.3) ? randomness.pick(referrers) : null,
    loadTimeSeconds: randomness.chance(0.7) ? randomness.whole(1, 3_000) / 1_000 : null,
    items: Array.from({ length: randomness.whole(0, 3) }, () => ({
      productId: String(randomness.whole(1, 3)),
      quantity: randomness.whole(1, 3),
      price: randomness.chance(0.8) ? randomness.whole(1, 200) / 4 : null,
    })),
    value: randomness.chance(0.6) ? randomness.whole(1, 200) / 4 : null,
    currency: randomness.chance(0.6) ? randomness.pick(['EUR', 'USD']) : null,
    orderId: randomness.chance(0.6) ? `order-${randomness.whole(1, 3)}` : null,
    device: {
      type: randomness.chance(0.7) ? randomness.pick(['mobile', 'desktop']) : null,
      browser: randomness.chance(0.7) ? randomness.pick(['Firefox', 'Chrome']) : null,
      os: randomness.chance(0.7) ? randomness.pick(['Linux', 'Android']) : null,
    },
  });
}

/** The events under the journeys that they count for, once all of them are recorded in this order. */
export function underActors(events: readonly ShopEvent[]): ShopEvent[] {
  const identities = new Map<string, { userId: string; until: number }>();
  for (const { sessionId, userId, time } of events) {
    if (sessionId === null || userId === null) continue;
    const known = identities.get(sessionId);
    if (!known) identities.set(sessionId, { userId, until: Number.POSITIVE_INFINITY });
    else if (known.userId !== userId && known.until === Number.POSITIVE_INFINITY) known.until = time;
  }
  return events.map((event) => {
    const identity = event.userId === null ? identities.get(event.journeyId) : undefined;
    return identity && event.time < identity.until ? { ...event, journeyId: identity.userId } : event;
  });
}
