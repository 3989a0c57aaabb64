import { setTimeout as pause } from 'node:timers/promises';

import { asyncLocalStorage } from '@temporalio/activity';

import type { MessageProducer } from '../connections/kafka.ts';
import { isStatementTooLong, type Database } from '../connections/postgres.ts';
import type { RolledUp, RollUpActivities } from './activities.ts';
import { createMeasureLoadTimes } from './measure-load-times.ts';
import { createPublishMinutes } from './roll-ups/publish-minutes.ts';
import { createRebuildReports } from './roll-ups/rebuild-reports.ts';
import { createTakeNews } from './roll-ups/take-news.ts';

export interface RollUpLimits {
  /** At most; fewer where those take longer than `sliceMs`, as events of many journeys do. */
  readonly eventsInSlice: number;
  /** So long a slice may have a core of the database for itself while everybody else's work waits in line. */
  readonly sliceMs: number;
  /** Between two slices, as a multiple of what the first one took: others want the database, too. */
  readonly rest: number;
  /** No slice is begun after this; the next run goes on where this one ends. */
  readonly budgetMs: number;
  /** False recomputes also what only goes on; the rows are the same. */
  readonly continues: boolean;
}

export const usualLimits: RollUpLimits = {
  eventsInSlice: 10_000,
  sliceMs: 150,
  rest: 2,
  budgetMs: 20_000,
  continues: true,
};

export interface RollUpDependencies {
  readonly database: Database;
  readonly producer: MessageProducer;
  readonly userActivityTopic: string;
  readonly sessionGapMs: number;
}

/** Roll-ups over all users: what was recorded since the last run, slice by slice, and then what is left of a rebuild. */
export function createRollUp(
  { database, producer, userActivityTopic, sessionGapMs }: RollUpDependencies,
  limits: RollUpLimits = usualLimits,
): RollUpActivities['rollUp'] {
  const takeNews = createTakeNews(database, { sessionGapMs, continues: limits.continues });
  const publishMinutes = createPublishMinutes(database, producer, userActivityTopic);
  const { step: rebuildStep } = createRebuildReports(database, sessionGapMs);
  const measureLoadTimes = createMeasureLoadTimes(database);

  let most = limits.eventsInSlice;

  return async () => {
    const end = Date.now() + limits.budgetMs;
    const total = { events: 0, sessions: 0, minutes: 0, slices: 0, behind: false };
    await takingTurns(limits, end, async () => {
      const startedAt = performance.now();
      const taken = await takeNews(most).catch((error: unknown) => {
        if (!isStatementTooLong(error) || most <= 1) throw error;
        most = Math.ceil(most / 4);
        return null;
      });
      if (!taken) return 'more';
      const tookMs = performance.now() - startedAt;
      // A small one that was quick says nothing of a large one.
      if (taken.hasMore || tookMs > limits.sliceMs) most = nextSlice(limits, most, taken.events, tookMs);
      total.events += taken.events;
      total.sessions += taken.sessions;
      total.minutes += taken.minutes;
      total.slices += 1;
      total.behind = taken.hasMore;
      return taken.hasMore ? 'more' : 'done';
    });
    await takingTurns(limits, end, async () => ((await publishMinutes()) ? 'more' : 'done'));
    await measureLoadTimes();
    let rebuilding = false;
    await takingTurns(limits, end, async () => {
      rebuilding = (await rebuildStep()).of !== 'nothing';
      return rebuilding ? 'more' : 'done';
    });
    return { ...total, rebuilding } satisfies RolledUp;
  };
}

const leastInSlice = 500;

/**
 * How many events the next slice may have, where this one might have `most` and so many took so long: at most twice as many, and
 * never very few, unless `most` already were, as where more had been cut off by the time limit of a statement.
 */
export function nextSlice(
  { eventsInSlice, sliceMs }: Pick<RollUpLimits, 'eventsInSlice' | 'sliceMs'>,
  most: number,
  events: number,
  tookMs: number,
): number {
  const inTime = Math.floor(events * Math.min(2, sliceMs / tookMs));
  return Math.min(eventsInSlice, Math.max(Math.min(leastInSlice, most), inTime));
}

const heartbeatEveryMs = 5_000;

/** Takes turns until one is the last or the time is up; at least one. Temporal is told meanwhile that it lives. */
async function takingTurns(
  { rest }: Pick<RollUpLimits, 'rest'>,
  end: number,
  turn: () => Promise<'more' | 'done'>,
): Promise<void> {
  const activity = asyncLocalStorage.getStore();
  const heartbeat = setInterval(() => activity?.heartbeat(), heartbeatEveryMs);
  try {
    for (;;) {
      const started = Date.now();
      if ((await turn()) === 'done') return;
      const now = Date.now();
      if (now >= end || activity?.cancellationSignal.aborted) return;
      await pause((now - started) * rest);
    }
  } finally {
    clearInterval(heartbeat);
  }
}
