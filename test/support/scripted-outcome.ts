/**
 * What must come of the scripted shop, written by hand from its events and the words of the contract.
 * Times are seconds after `base`, amounts EUR.
 */
export interface Outcome {
  /** When the live user's cart was opened, seconds after `base`. */
  readonly live: number;
}

type Row = readonly (string | number | null)[];

/** who, cart, status, stage, opened, closed, value */
export const carts = ({ live }: Outcome): Row[] => [
  ['buyer', 'buyer-3', 'purchased', 'checkout', 2, 6, 20],
  ['leaver', 'leaver-2', 'abandoned', 'cart', 1, 7, 30],
  ['doubter', 'doubter-1', 'abandoned', 'checkout', 0, 4, 50],
  ['returner', 'returner-1', 'abandoned', 'cart', 0, 6, 40],
  ['emptier', 'emptier-1', 'emptied', 'cart', 0, 2, 0],
  ['cooling', 'cooling-1', 'abandoned', 'cart', 0, 6, 5],
  ['cooling', 'cooling-2', 'abandoned', 'cart', 40, 46, null],
  ['live', 'live-1', 'abandoned', 'cart', live, live + 6, 99],
];

/** who, event, step, reached, start of the session */
export const steps = ({ live }: Outcome): Row[] => [
  ['buyer', 'buyer-2', 'product', 1, 0],
  ['buyer', 'buyer-3', 'cart', 2, 0],
  ['buyer', 'buyer-4', 'checkout', 4, 0],
  ['buyer', 'buyer-5', 'purchase', 6, 0],
  ['leaver', 'leaver-1', 'product', 0, 0],
  ['leaver', 'leaver-2', 'cart', 1, 0],
  ['doubter', 'doubter-1', 'cart', 0, 0],
  ['doubter', 'doubter-2', 'checkout', 1, 0],
  ['returner', 'returner-1', 'cart', 0, 0],
  ['returner', 'returner-2', 'purchase', 20, 0],
  ['emptier', 'emptier-1', 'cart', 0, 0],
  ['cooling', 'cooling-1', 'cart', 0, 0],
  ['cooling', 'cooling-2', 'cart', 40, 40],
  ['bare', 'bare-1', 'purchase', 0, 0],
  ['live', 'live-1', 'cart', live, live],
];

/** who, purchase, when, order, cart, value, currency */
export const purchases: readonly Row[] = [
  ['buyer', 'buyer-5', 6, 'o-1', 'buyer-3', 20, 'EUR'],
  ['returner', 'returner-2', 20, 'o-2', null, 40, 'EUR'],
  ['bare', 'bare-1', 0, null, null, 15.5, null],
];

/** who, cart, kind, when, value, held back, recovered at, recovered value */
export const abandonments = ({ live }: Outcome): Row[] => [
  ['leaver', 'leaver-2', 'cart', 7, 30, 'said', null, null],
  ['doubter', 'doubter-1', 'checkout', 4, 50, 'said', null, null],
  ['returner', 'returner-1', 'cart', 6, 40, 'said', 20, 40],
  ['cooling', 'cooling-1', 'cart', 6, 5, 'said', null, null],
  ['cooling', 'cooling-2', 'cart', 46, null, 'held back', null, null],
  ['live', 'live-1', 'cart', live + 6, 99, 'said', null, null],
];

/** who, type, severity, cart, when, seconds from abandonment to recovery */
export const alerts = ({ live }: Outcome): Row[] => [
  ['leaver', 'cart_abandoned', 'info', 'leaver-2', 7, null],
  ['doubter', 'checkout_abandoned', 'warning', 'doubter-1', 4, null],
  ['returner', 'cart_abandoned', 'info', 'returner-1', 6, null],
  ['returner', 'cart_recovered', 'info', 'returner-1', 20, 14],
  ['cooling', 'cart_abandoned', 'info', 'cooling-1', 6, null],
  ['live', 'cart_abandoned', 'info', 'live-1', live + 6, null],
];

/** who, start, end, events; of those whose times the script sets */
export const sessions: readonly Row[] = [
  ['buyer', 0, 8, 6],
  ['leaver', 0, 1, 2],
  ['doubter', 0, 1, 2],
  ['returner', 0, 20, 2],
  ['emptier', 0, 2, 2],
  ['visitor', 0, 5, 6],
  ['often', 0, 20, 2],
  ['often', 100, 100, 1],
  ['cooling', 0, 0, 1],
  ['cooling', 40, 40, 1],
  ['late', 10, 10, 1],
  ['late', 100, 100, 1],
  ['twice', 0, 0, 1],
  ['bare', 0, 0, 1],
  ['traps', 0, 0, 1],
];

/** who, kind, step, events, delivered again, late, sessions, open carts, purchases, their value, abandonments */
export const journeys: readonly Row[] = [
  ['buyer', 'user', 'purchase', 6, 0, 0, 1, 0, 1, 20, 0],
  ['leaver', 'user', 'cart', 2, 0, 0, 1, 0, 0, 0, 1],
  ['doubter', 'user', 'checkout', 2, 0, 0, 1, 0, 0, 0, 1],
  ['returner', 'user', 'purchase', 2, 0, 0, 1, 0, 1, 40, 1],
  ['emptier', 'user', 'cart', 2, 0, 0, 1, 0, 0, 0, 0],
  ['visitor', 'visitor', 'browse', 6, 0, 0, 1, 0, 0, 0, 0],
  ['often', 'user', 'browse', 3, 0, 0, 2, 0, 0, 0, 0],
  ['cooling', 'user', 'cart', 2, 0, 0, 2, 0, 0, 0, 2],
  ['late', 'user', 'browse', 2, 0, 1, 1, 0, 0, 0, 0],
  ['twice', 'user', 'browse', 1, 1, 0, 1, 0, 0, 0, 0],
  ['bare', 'user', 'purchase', 1, 0, 0, 1, 0, 1, 15.5, 0],
  ['future', 'user', 'browse', 1, 0, 0, 1, 0, 0, 0, 0],
  ['past', 'user', 'browse', 1, 0, 0, 1, 0, 0, 0, 0],
  ['traps', 'user', 'browse', 1, 0, 0, 1, 0, 0, 0, 0],
  ['live', 'user', 'cart', 1, 0, 0, 1, 0, 0, 0, 1],
];
