import { createCopyOrInsert } from '../../activities/copy-events.ts';
import { createRecordIdentities } from '../../activities/record-identities.ts';
import { connectPostgres } from '../../connections/postgres.ts';
import { groupsWithPrefix, topicsWithPrefix } from '../../events/topics.ts';
import type { Lane, LaneContext } from '../open-lane.ts';
import { keepReporting } from './keep-reporting.ts';
import { RecordLane } from './record-lane.ts';
import { createRecordSteps } from './record-steps.ts';
import { ProgressReport } from './report-progress.ts';

/**
 * Nobody waits for a row as for a step: the rows of each partition are a transaction of their own, which costs the same for twenty
 * events as for five.
 */
const restMs = 80;

/** The record lane with its connections: PostgreSQL for the rows, a producer for page views and dead letters. */
export async function openRecordLane(context: LaneContext): Promise<Lane> {
  const { settings, log, closing, stopping, parse, turns, suppressions, kafka, offsets, tally, join } =
    context;
  tally.expect('events_recorded', 'events_rejected');
  const topics = topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX);
  const topic = topics.rawEvents.name;
  const groupId = groupsWithPrefix(settings.KAFKA_GROUP_PREFIX).record;
  const database = connectPostgres(settings, log, 'aisle-bridge');
  closing.add(() => database.end());
  const producer = await kafka.producer();
  closing.add(() => producer.close());

  let recordIdentities = createRecordIdentities(database);
  // It remembers what it has written of people, some of which an erasure takes away.
  suppressions.onChange(() => (recordIdentities = createRecordIdentities(database)));
  const progress = new ProgressReport(offsets, database, topic);
  const lane = new RecordLane({
    stepsFor: createRecordSteps({
      parse,
      database,
      writeRows: createCopyOrInsert(),
      suppressions,
      recordIdentities: (events) => recordIdentities(events),
      producer,
      topics,
      tally,
      // One connection stays free for what others ask of the pool.
      statementsAtOnce: Math.max(1, settings.DB_POOL_SIZE - 1),
      log,
    }),
    limits: { batchSize: settings.BATCH_SIZE, preparedAhead: Math.ceil(settings.BATCH_SIZE / 4) },
    turns,
    onRecorded: (partition, next) => progress.recorded(partition, next),
    log,
    stopping,
  });
  const consumer = await join({ groupId, restMs }, async (partitions) => {
    const starts = await offsets.starts(groupId, topic, settings.KAFKA_AUTO_OFFSET_RESET);
    progress.assign(new Map(partitions.map((partition) => [partition, starts.get(partition)?.next ?? 0])));
    lane.assign(consumer, partitions);
  });
  return {
    read: () =>
      Promise.all([
        consumer.run((batch) => lane.handle(consumer, batch)),
        keepReporting(progress, log, stopping),
      ]),
    send: () => lane.run(consumer),
  };
}
