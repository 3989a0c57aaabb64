import { isGrpcServiceError, type WorkflowClient } from '@temporalio/client';

import type { Reading } from '../activities/keep-readings.ts';
import { isKafkaUnavailable, type OffsetReader } from '../connections/kafka.ts';
import type { Log } from '../connections/log.ts';
import { journeyWorkflowType } from '../events/letter.ts';
import { groupsWithPrefix, topicsWithPrefix } from '../events/topics.ts';
import type { Settings } from '../settings/settings.ts';

/**
 * What no bridge can be asked about, as it may not run: how far each group is behind, and how many journeys there are.
 * A server that does not answer gives no reading.
 */
export function createSystemReadings(
  settings: Settings,
  offsets: OffsetReader,
  workflows: WorkflowClient,
  log: Log,
): () => Promise<Reading[]> {
  const topic = topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX).rawEvents.name;
  const groups = Object.values(groupsWithPrefix(settings.KAFKA_GROUP_PREFIX));

  const lags = async (): Promise<Reading[]> => {
    const ends = await offsets.ends(topic);
    return Promise.all(
      groups.map(async (groupId) => {
        const starts = await offsets.starts(groupId, topic, settings.KAFKA_AUTO_OFFSET_RESET);
        const behind = ends.map(({ partition, end }) =>
          Math.max(0, end - (starts.get(partition)?.next ?? 0)),
        );
        return { metric: 'consumer_lag', value: behind.reduce((sum, lag) => sum + lag, 0), source: groupId };
      }),
    );
  };
  const journeys = sparingly(async (): Promise<Reading[]> => {
    const { count } = await workflows.count(
      `WorkflowType = '${journeyWorkflowType}' AND ExecutionStatus = 'Running' AND TaskQueue = '${settings.TEMPORAL_TASK_QUEUE}'`,
    );
    return [{ metric: 'journeys_running', value: count, source: settings.TEMPORAL_TASK_QUEUE }];
  });
  const unlessAway = async (read: () => Promise<Reading[]>): Promise<Reading[]> => {
    try {
      return await read();
    } catch (error) {
      if (!isKafkaUnavailable(error) && !isGrpcServiceError(error)) throw error;
      log.warn({ error: (error as Error).name }, 'a server does not answer; there is no reading of it');
      return [];
    }
  };
  return async () => (await Promise.all([unlessAway(lags), unlessAway(journeys)])).flat();
}

const shareOfTime = 1 / 2_000;
const longestRestMs = 10 * 60_000;

/**
 * A server that goes through all workflows to count them, as the local one does, lets everybody's tasks wait meanwhile: a
 * second for five thousand. So what took long is not read again before it would take a two-thousandth of the time, or for ten
 * minutes: a server that was away and is back is heard of by then.
 */
export function sparingly(
  read: () => Promise<Reading[]>,
  now: () => number = () => performance.now(),
): () => Promise<Reading[]> {
  let notBefore = Number.NEGATIVE_INFINITY;
  return async () => {
    const startedAt = now();
    if (startedAt < notBefore) return [];
    try {
      return await read();
    } finally {
      const endedAt = now();
      notBefore = endedAt + Math.min(longestRestMs, (endedAt - startedAt) / shareOfTime);
    }
  };
}
