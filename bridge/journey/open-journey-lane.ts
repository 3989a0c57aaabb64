import { WorkflowClient } from '@temporalio/client';

import { createDeliverLetter } from '../../activities/deliver-letter.ts';
import { dataConverterOf } from '../../connections/encryption/data-converter.ts';
import { connectPostgres } from '../../connections/postgres.ts';
import { connectTemporal } from '../../connections/temporal.ts';
import { groupsWithPrefix, topicsWithPrefix } from '../../events/topics.ts';
import { rulesOf, troubleRulesOf } from '../../settings/journey-rules.ts';
import type { Lane, LaneContext } from '../open-lane.ts';
import { JourneyLane } from './journey-lane.ts';
import { StepNews } from './news.ts';
import { Pace } from './pace.ts';
import { readRun, readTaskLag } from './read-run.ts';
import { withRoomInRun } from './run-room.ts';
import { TroubleSigns } from './trouble-signs.ts';

/** The journey lane with its connection to Temporal, and to PostgreSQL where payloads are encrypted: for their keys. */
export async function openJourneyLane(context: LaneContext): Promise<Lane> {
  const { settings, log, closing, stopping, parse, turns, suppressions, offsets, tally, join } = context;
  tally.expect('letters_sent', 'letter_events_sent');
  const groupId = groupsWithPrefix(settings.KAFKA_GROUP_PREFIX).journey;
  const connection = await connectTemporal(settings);
  closing.add(() => connection.close());
  const dataConverter = dataConverterOf(settings, () => {
    const database = connectPostgres(settings, log, 'aisle-bridge-keys');
    closing.add(() => database.end());
    return database;
  });
  const workflows = new WorkflowClient({ connection, namespace: settings.TEMPORAL_NAMESPACE, dataConverter });

  const pace = new Pace(
    { leastPerSecond: settings.LETTERS_PER_SECOND_MIN, mostPerSecond: settings.LETTERS_PER_SECOND_MAX },
    performance.now(),
  );
  const lane = new JourneyLane({
    parse,
    turns,
    suppressions,
    deliver: withRoomInRun(
      createDeliverLetter(workflows, settings.TEMPORAL_TASK_QUEUE, rulesOf(settings)),
      (journeyId) => readRun(workflows, journeyId),
    ),
    readTaskLag: (journeyId) => readTaskLag(workflows, journeyId),
    offsets,
    news: new StepNews(settings.SESSION_GAP),
    troubleSigns: new TroubleSigns(troubleRulesOf(settings)),
    pace,
    tally,
    topic: topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX).rawEvents.name,
    groupId,
    from: settings.KAFKA_AUTO_OFFSET_RESET,
    mostPendingEvents: settings.MAX_PENDING_EVENTS,
    botsInFunnels: settings.BOTS_IN_FUNNELS,
    log,
    stopping,
  });
  tally.gauge('letters_per_second', () => pace.lettersPerSecond);
  tally.gauge('events_waiting', () => lane.eventsWaiting);
  const consumer = await join({ groupId }, (partitions) => lane.assign(consumer, partitions));
  return {
    read: () => consumer.run((batch) => lane.handle(batch)),
    send: () => lane.run(consumer),
  };
}
