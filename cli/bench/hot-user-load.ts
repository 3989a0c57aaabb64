import type { ShopMessage } from '../../simulator/shop.ts';
import { uniformUsers } from '../../simulator/uniform-users.ts';
import type { SteadyLoad } from './steady-load.ts';

const seed = 20_260_304;
const users = 1_000;
const ratePerSecond = 1_000;

export interface HotUserTimes {
  readonly warmUpMs: number;
  /** Measured without the hot user. */
  readonly beforeMs: number;
  readonly hotMs: number;
}

/** 1,000 equal users at 1,000 events/s, and after a while one more, who sends as many alone. */
export function hotUserLoad({ warmUpMs, beforeMs, hotMs }: HotUserTimes): SteadyLoad {
  return {
    warmUpMs,
    durationMs: beforeMs + hotMs,
    eventsPerSecond: 2 * ratePerSecond,
    messages: (opensAt) => withHotUser(opensAt, warmUpMs + beforeMs),
  };
}

function* withHotUser(opensAt: number, hotFromMs: number): Generator<ShopMessage, never> {
  const others = uniformUsers({ seed, users, ratePerSecond, opensAt });
  const hot = uniformUsers({
    seed: seed + 1,
    users: 1,
    firstUser: users,
    ratePerSecond,
    opensAt: opensAt + hotFromMs,
  });
  for (;;) {
    const message = others.next().value;
    yield message;
    if (message.atMs < hotFromMs) continue;
    // As many as all others together: one for each of theirs.
    const theirs = hot.next().value;
    yield { ...theirs, atMs: theirs.atMs + hotFromMs };
  }
}
