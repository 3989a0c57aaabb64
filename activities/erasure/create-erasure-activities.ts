import type { WorkflowClient } from '@temporalio/client';

import type { TopicReader } from '../../connections/topic-retention.ts';
import type { MessageProducer } from '../../connections/kafka.ts';
import type { Database } from '../../connections/postgres.ts';
import type { Topics } from '../../events/topics.ts';
import type { ErasureActivities } from './activities.ts';
import { createCountWhatIsLeft } from './count-what-is-left.ts';
import { createDestroyKeys } from './destroy-keys.ts';
import { createEraseRows } from './erase-rows.ts';
import { createEraseRuns } from './erase-runs.ts';
import { createIssueReceipt } from './issue-receipt.ts';
import { openErasure } from './open-erasure.ts';
import { startErasure } from './start-erasure.ts';
import { createStopJourneys } from './stop-journeys.ts';
import { createSuppress } from './suppress.ts';
import { createWaitForWriters } from './wait-for-writers.ts';
import { createWriteTombstones } from './write-tombstones.ts';

export interface ErasureParts {
  readonly database: Database;
  readonly workflows: WorkflowClient;
  readonly producer: MessageProducer;
  readonly readRetention: TopicReader;
  readonly topics: Topics;
  readonly taskQueue: string;
}

export function createErasureActivities(parts: ErasureParts): ErasureActivities {
  const { database, workflows, taskQueue } = parts;
  return {
    requestErasure: async (journeyId) => {
      const { receiptNumber } = await openErasure(database, [journeyId], 'signal to a journey');
      await startErasure(workflows, taskQueue, receiptNumber);
    },
    suppress: createSuppress(database),
    waitForWriters: createWaitForWriters(database),
    stopJourneys: createStopJourneys(database, workflows),
    eraseRows: createEraseRows(database),
    writeTombstones: createWriteTombstones(parts),
    eraseRuns: createEraseRuns(database, workflows),
    destroyKeys: createDestroyKeys(database),
    countWhatIsLeft: createCountWhatIsLeft(database, workflows),
    issueReceipt: createIssueReceipt(database),
  };
}
