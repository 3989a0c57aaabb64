import { uniformUsers } from '../../simulator/uniform-users.ts';
import type { Send } from './fresh-system.ts';
import type { Bench } from './scenario.ts';

const seed = 20_260_303;
const messagesAtOnce = 5_000;
const tellEveryEvents = 200_000;

export interface BacklogPlan {
  readonly events: number;
  readonly users: number;
  /** How fast they were written when they happened: decides how much of the past the backlog covers. */
  readonly ratePerSecond: number;
  /** Users are numbered from here; another number makes other users. */
  readonly firstUser?: number;
}

/** Writes events of equal users that happened until just now, each user's in order, as fast as the broker takes them. */
export async function writeBacklog(
  { signal, tell }: Bench,
  send: Send,
  { events, ...load }: BacklogPlan,
): Promise<void> {
  const opensAt = Date.now() - Math.ceil((events * 1_000) / load.ratePerSecond);
  const source = uniformUsers({ seed, ...load, opensAt });
  tell(`Writing a backlog of ${events} events of ${load.users} users.`);
  for (let written = 0; written < events;) {
    signal.throwIfAborted();
    const length = Math.min(messagesAtOnce, events - written);
    const batch = Array.from({ length }, () => source.next().value);
    await send(batch.map(({ key, value }) => ({ key, value })));
    written += length;
    if (written % tellEveryEvents === 0) tell(`${written} written.`);
  }
}
