import { createRandomness } from './randomness.ts';
import type { ShopMessage } from './shop.ts';
import type { WireEvent } from './wire-event.ts';

export interface UniformOptions {
  readonly seed: number;
  readonly users: number;
  readonly ratePerSecond: number;
  /** Event times count from here; milliseconds since 1970. */
  readonly opensAt: number;
  /** Users are numbered from here; another number makes other users of the same load. */
  readonly firstUser?: number;
  /** Each user goes down the funnel once in this time. */
  readonly passMs?: number;
  /** Of the users: leave with a cart, every second one with a begun checkout, and are silent until their next pass. */
  readonly leavingShare?: number;
}

/** Each user goes down the funnel once in this time, whatever the rate; all other events are engagement. */
export const funnelPassMs = 200_000;
const mostDraws = 50;

type Content = Pick<WireEvent, 'action' | 'page'> & Partial<WireEvent>;

const product = { product_id: 'p-1', quantity: 1, price: 19.9 };
const funnel: readonly Content[] = [
  { action: 'pageview', page: '/product/p-1' },
  { action: 'add_to_cart', page: '/product/p-1', items: [product], currency: 'EUR' },
  { action: 'begin_checkout', page: '/checkout', items: [product], value: 19.9, currency: 'EUR' },
  { action: 'purchase', page: '/purchase-complete', items: [product], value: 19.9, currency: 'EUR' },
];
const engagement: readonly Content[] = [
  { action: 'scroll', page: '/home', scroll_depth: 60 },
  { action: 'click', page: '/home', click_target: '#more' },
  { action: 'pageview', page: '/home', load_time: 0.4 },
  { action: 'video_play', page: '/home', video_id: 'v-1' },
];

/**
 * A load of equal users and a steady rate, in time order and without end: what a figure per event is measured with.
 * The users' funnels are spread evenly over time, so that the steps per second are `users × 4 / 200`.
 */
export function* uniformUsers({
  seed,
  users,
  ratePerSecond,
  opensAt,
  firstUser = 0,
  passMs = funnelPassMs,
  leavingShare = 0,
}: UniformOptions): Generator<ShopMessage, never> {
  const randomness = createRandomness(seed);
  const stepEveryMs = passMs / funnel.length;
  const stepsTaken = new Array<number>(users).fill(0);
  const leavesAfter = Array.from({ length: users }, (_, user) => stepsBeforeLeaving(user, leavingShare));
  const hasLeft = (user: number, atMs: number): boolean => {
    const taken = stepsTaken[user] ?? 0;
    if (taken % funnel.length !== leavesAfter[user]) return false;
    // Back at the start of the next pass, which begins with the first step again.
    const nextPassMs = (user * stepEveryMs) / users + Math.ceil(taken / funnel.length) * passMs;
    if (atMs < nextPassMs) return true;
    stepsTaken[user] = Math.ceil(taken / funnel.length) * funnel.length;
    return false;
  };
  const draw = (atMs: number): number => {
    let user = randomness.whole(0, users - 1);
    for (let draws = 1; hasLeft(user, atMs) && draws < mostDraws; draws += 1) {
      user = randomness.whole(0, users - 1);
    }
    return user;
  };
  for (let count = 0; ; count += 1) {
    const atMs = Math.floor((count * 1000) / ratePerSecond);
    const user = draw(atMs);
    const startsAtMs = (user * stepEveryMs) / users;
    const steps = stepsTaken[user] ?? 0;
    const isStepDue = atMs >= startsAtMs + steps * stepEveryMs;
    if (isStepDue) stepsTaken[user] = steps + 1;
    const content = isStepDue ? funnel[steps % funnel.length] : engagement[count % engagement.length];
    if (content) yield message(content, firstUser + user, atMs, opensAt, `load-${opensAt}-${seed}-${count}`);
  }
}

/** How many of the funnel's steps a user takes before leaving; `null` for one who stays. Spread evenly over the users. */
function stepsBeforeLeaving(user: number, leavingShare: number): number | null {
  const leaversBefore = Math.floor(user * leavingShare);
  if (Math.floor((user + 1) * leavingShare) === leaversBefore) return null;
  return leaversBefore % 2 === 0 ? 2 : 3;
}

function message(
  content: Content,
  user: number,
  atMs: number,
  opensAt: number,
  eventId: string,
): ShopMessage {
  const userId = `load-test-user-${user}`;
  const event: WireEvent = {
    event_id: eventId,
    timestamp: new Date(opensAt + atMs).toISOString(),
    user_id: userId,
    session_id: `${userId}-session`,
    device: { type: 'desktop', browser: 'Firefox', os: 'Linux' },
    referrer: null,
    load_time: null,
    ip_address: '127.0.0.1',
    ...content,
  };
  return { atMs, kind: 'event', key: userId, value: JSON.stringify(event), event };
}
