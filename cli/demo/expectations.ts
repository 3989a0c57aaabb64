import { countNotRolledUp, countOpenCarts } from './figures.ts';
import type { Start, Stores } from './observer.ts';
import type { Expectation } from './settle.ts';
import { readLag } from './stream-figures.ts';

export interface Deadlines {
  readonly cartAbandonAfterMs: number;
  readonly checkoutAbandonAfterMs: number;
  readonly rollUpEveryMs: number;
}

const DELIVERY_MS = 60_000;
const MARGIN_MS = 20_000;

/** What is still to come when the last event has been sent, in the order in which it comes. */
export function expectationsOf(stores: Stores, since: Start, deadlines: Deadlines): Expectation[] {
  const { database, kafka, groups, topics } = stores;
  const lagOf = (group: string) => () => readLag(kafka, group, topics.rawEvents.name);
  const longestDeadlineMs = Math.max(deadlines.cartAbandonAfterMs, deadlines.checkoutAbandonAfterMs);
  return [
    {
      missing: lagOf(groups.record),
      describe: (count) => `${many(count, 'message')} to be recorded`,
      longestMs: DELIVERY_MS,
    },
    {
      missing: lagOf(groups.journey),
      describe: (count) => `${many(count, 'message')} to reach their journeys`,
      longestMs: DELIVERY_MS,
    },
    {
      missing: () => countOpenCarts(database, since.databaseTime),
      describe: (count) => `the deadlines of ${many(count, 'open cart')}`,
      longestMs: longestDeadlineMs + MARGIN_MS,
    },
    {
      missing: () => countNotRolledUp(database, since.databaseTime),
      describe: (count) => `the roll-up of ${many(count, 'event')} into sessions`,
      longestMs: deadlines.rollUpEveryMs + MARGIN_MS,
    },
  ];
}

const many = (count: number, thing: string): string =>
  `${count.toLocaleString('en-US')} ${thing}${count === 1 ? '' : 's'}`;
