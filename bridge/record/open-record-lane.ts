import { createRecordIdentities } from '../../activities/record-identities.ts';
import { connectPostgres } from '../../connections/postgres.ts';
import { groupsWithPrefix, topicsWithPrefix } from '../../events/topics.ts';
import type { Lane, LaneContext } from '../open-lane.ts';
import { keepReporting } from './keep-reporting.ts';
import { createRecordLane } from './record-lane.ts';
import { ProgressReport } from './report-progress.ts';

/** The record lane with its connections: PostgreSQL for the rows, a producer for page views and dead letters. */
export async function openRecordLane(context: LaneContext): Promise<Lane> {
  const { settings, log, closing, stopping, parse, kafka, offsets, join } = context;
  const topics = topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX);
  const topic = topics.rawEvents.name;
  const groupId = groupsWithPrefix(settings.KAFKA_GROUP_PREFIX).record;
  const database = connectPostgres(settings, log, 'aisle-bridge');
  closing.add(() => database.end());
  const producer = await kafka.producer();
  closing.add(() => producer.close());

  const progress = new ProgressReport(offsets, database, topic);
  const consumer = await join(groupId, async (partitions) => {
    const starts = await offsets.starts(groupId, topic, settings.KAFKA_AUTO_OFFSET_RESET);
    progress.assign(new Map(partitions.map((partition) => [partition, starts.get(partition)?.next ?? 0])));
  });
  const record = createRecordLane({
    parse,
    database,
    recordIdentities: createRecordIdentities(database),
    producer,
    consumer,
    progress,
    topics,
    batchSize: settings.BATCH_SIZE,
    log,
    stopping,
  });
  return {
    read: () => Promise.all([consumer.run(record), keepReporting(progress, log, stopping)]),
    // Every batch is written before the next is read: nothing is left to be sent.
    send: () => Promise.resolve(),
  };
}
