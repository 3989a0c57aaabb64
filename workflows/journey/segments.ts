import type { JourneyRules } from '../../events/letter.ts';
import type { Segment } from '../../events/segment.ts';
import type { JourneyState } from './state.ts';

/*
 * The segments of shoppers. A shopper is in exactly one: the first of these that holds. What somebody does now stands
 * before what they have done, and that before who they are.
 *
 *   hesitating   a cart is open, and since the last step forward there was much looking at products or at the cart,
 *                something was taken out, or the checkout was left for another page. A step forward (something put into
 *                the cart, the checkout begun or gone on with) or the end of the cart ends it.
 *   high intent  in the checkout; or the cart was looked at with something in it; or one product was looked at again
 *                and again in this session. The end of the cart ends the first two; a purchase, an abandonment or the
 *                next session ends the last.
 *   at risk      a cart was abandoned and nothing was bought since, within the time in which that counts as a recovery;
 *                or several carts were abandoned since the last purchase, however long ago.
 *   high value   all purchases together are worth a lot, or the open cart is.
 *   returning    the second session or a later one, as far as the journey knows: it forgets after JOURNEY_IDLE_AFTER.
 *   new          the first session.
 *
 * Nobody flaps: what a rule asks for stays true until something else of weight happens, and where a value goes up and
 * down, it is entered at one threshold and left at a lower one. Amounts are in the shop's currency.
 */

/** Looks, removals and retreats since the last step forward, weighed, at which somebody hesitates. */
export const hesitatesFrom = 5;
const weightOfRemoval = 2;
const weightOfRetreat = 3;

/** Page views of one product in a session. */
export const viewsOfIntent = 3;

/** Carts abandoned since the last purchase. */
export const repeatedAbandonment = 2;

/** All purchases together. */
export const highPurchasedValue = 500;

/** An open cart is dear from the first, and stays so until it is worth less than the second. */
export const dearCartFrom = 200;
export const dearCartUntil = 150;

/** Why the segment holds, in words; null when it does not. */
type Rule = (state: JourneyState, rules: JourneyRules) => string | null;

const inOrder: readonly (readonly [Segment, Rule])[] = [
  ['hesitating', hesitates],
  ['high intent', isIntent],
  ['at risk', isAtRisk],
  ['high value', isOfHighValue],
  ['returning', ({ sessions }) => (sessions > 1 ? `came back, for session ${sessions}` : null)],
];

/** The segment that the journey's facts say, and why. The same facts always say the same. */
export function segmentOf(
  state: JourneyState,
  rules: JourneyRules,
): { readonly segment: Segment; readonly because: string } {
  for (const [segment, holds] of inOrder) {
    const because = holds(state, rules);
    if (because !== null) return { segment, because };
  }
  return { segment: 'new', because: 'in the first session' };
}

function hesitates({ cart, segment: { signs } }: JourneyState): string | null {
  const { looks, removals, retreats } = signs;
  const weight = looks + weightOfRemoval * removals + weightOfRetreat * retreats;
  if (!cart || weight < hesitatesFrom) return null;
  const shown = [
    ...(looks > 0 ? [`${times(looks)} at products or the cart`] : []),
    ...(removals > 0 ? [`took something out ${times(removals)}`] : []),
    ...(retreats > 0 ? [`left the checkout ${times(retreats)}`] : []),
  ];
  return `since the last step forward: ${shown.join(', ')}`;
}

function isIntent({ cart, segment: { signs } }: JourneyState): string | null {
  if (cart?.stage === 'checkout') return 'in the checkout';
  if (cart && signs.filled && signs.sawCart) return 'looked at the cart with something in it';
  return signs.mostViews >= viewsOfIntent ? `looked at one product ${times(signs.mostViews)}` : null;
}

function isAtRisk(state: JourneyState, { recoveryWindowMs }: JourneyRules): string | null {
  const { lastAbandonment: last, abandonments, segment, lastEventAt } = state;
  const since = abandonments - segment.signs.abandonmentsAtPurchase;
  if (since >= repeatedAbandonment) return `abandoned ${since} carts since the last purchase`;
  if (!last || last.recovered || lastEventAt - last.at > recoveryWindowMs) return null;
  return `abandoned a ${last.kind} and has not bought since`;
}

function isOfHighValue({ cart, purchasedValue, segment: { signs } }: JourneyState): string | null {
  if (purchasedValue >= highPurchasedValue) return `bought for ${purchasedValue.toFixed(2)} in all`;
  return cart && signs.isDear ? `has a cart worth ${(cart.value ?? 0).toFixed(2)}` : null;
}

const times = (many: number): string => (many === 1 ? 'once' : `${many} times`);
