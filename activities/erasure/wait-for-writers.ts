import { setTimeout as sleep } from 'node:timers/promises';

import { Context } from '@temporalio/activity';

import type { Database } from '../../connections/postgres.ts';
import type { ErasureActivities } from './activities.ts';

const pollMs = 100;

/**
 * A statement that was under way when the suppression came has not seen it, and may bring rows after they were erased. Such
 * a statement has its transaction number by then: once all numbers given out so far belong to the past, so does the
 * statement. Nothing is locked. Waits as long as the activity may run; the next attempt waits for what runs then.
 */
export function createWaitForWriters(database: Database): ErasureActivities['waitForWriters'] {
  return async () => {
    const { rows } = await database.query<{ next: string }>(
      'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next',
    );
    const next = rows[0]?.next;
    const context = Context.current();
    for (;;) {
      const { rows: answers } = await database.query<{ over: boolean }>(
        'SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 AS over',
        [next],
      );
      if (answers[0]?.over) return;
      context.heartbeat();
      await sleep(pollMs, undefined, { signal: context.cancellationSignal });
    }
  };
}
