import { setTimeout as sleep } from 'node:timers/promises';

import { createDeliverLetter } from '../activities/deliver-letter.ts';
import { createRecordIdentities } from '../activities/record-identities.ts';
import { Closing } from '../connections/closing.ts';
import type { TopicConsumer } from '../connections/kafka.ts';
import type { Log } from '../connections/log.ts';
import { groupsWithPrefix, topicsWithPrefix } from '../events/topics.ts';
import { rulesOf, troubleRulesOf } from '../settings/journey-rules.ts';
import type { Settings } from '../settings/settings.ts';
import { JourneyLane } from './journey/journey-lane.ts';
import { StepNews } from './journey/news.ts';
import { TroubleSigns } from './journey/trouble-signs.ts';
import { Pace } from './journey/pace.ts';
import { readRun, readTaskLag } from './journey/read-run.ts';
import { withRoomInRun } from './journey/run-room.ts';
import { openConnections } from './open-connections.ts';
import { createParser } from './parse/parse-event.ts';
import { createPseudonyms } from './parse/pseudonyms.ts';
import { createSharedParser } from './parse/shared-parser.ts';
import { keepReporting } from './record/keep-reporting.ts';
import { createRecordLane } from './record/record-lane.ts';
import { ProgressReport } from './record/report-progress.ts';

const partitionsAtOnce = 6;
const longestFarewellMs = 5_000;

export interface BridgeOptions {
  readonly settings: Settings;
  readonly pseudonymKey: string;
  readonly log: Log;
  /** Called once, when both lanes have their partitions. */
  readonly onReady: () => void;
  readonly stopping: AbortSignal;
}

/**
 * Kafka in: two lanes, two consumer groups, neither waiting for the other. Runs until `stopping`; rejects with the first
 * failure that no retry can mend.
 */
export async function runBridge(options: BridgeOptions): Promise<void> {
  const { log, stopping } = options;
  const closing = new Closing(log);
  const failed = new AbortController();
  try {
    const lanes = await openLanes(options, closing, AbortSignal.any([stopping, failed.signal]));
    const sending = lanes.send();
    await Promise.race([Promise.all([lanes.read(), sending]), aborted(stopping)]);
    // Letters under way arrive and are committed; what still waits is read again at the next start.
    await Promise.race([sending, sleep(longestFarewellMs)]);
  } catch (error) {
    failed.abort(error);
    throw error;
  } finally {
    await closing.closeAll();
  }
}

interface Lanes {
  /** Reads both groups' partitions and reports the record's progress. */
  read(): Promise<unknown>;
  /** Sends letters and commits what they delivered. */
  send(): Promise<void>;
}

async function openLanes(options: BridgeOptions, closing: Closing, stopping: AbortSignal): Promise<Lanes> {
  const { settings, log } = options;
  const { kafka, producer, offsets, database, workflows } = await openConnections(settings, log, closing);
  const topics = topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX);
  const groups = groupsWithPrefix(settings.KAFKA_GROUP_PREFIX);
  const topic = topics.rawEvents.name;
  const from = settings.KAFKA_AUTO_OFFSET_RESET;
  const parse = createSharedParser(
    createParser(createPseudonyms(options.pseudonymKey), {
      maxEventBytes: settings.MAX_EVENT_BYTES,
      clockSkewLimitMs: settings.CLOCK_SKEW_LIMIT,
    }),
  );
  const noteJoined = onceBothJoined(options.onReady);

  async function join(
    lane: LaneName,
    onAssigned: (partitions: readonly number[]) => Promise<void>,
  ): Promise<TopicConsumer> {
    const consumer = await kafka.consumer({
      topic,
      groupId: groups[lane],
      from,
      partitionsAtOnce,
      onAssigned: async (partitions) => {
        await onAssigned(partitions);
        noteJoined(lane);
      },
    });
    closing.add(() => consumer.stop());
    return consumer;
  }

  const progress = new ProgressReport(offsets, database, topic);
  const recordConsumer = await join('record', async (partitions) => {
    const starts = await offsets.starts(groups.record, topic, from);
    progress.assign(new Map(partitions.map((partition) => [partition, starts.get(partition)?.next ?? 0])));
  });
  const record = createRecordLane({
    parse,
    database,
    recordIdentities: createRecordIdentities(database),
    producer,
    consumer: recordConsumer,
    progress,
    topics,
    batchSize: settings.BATCH_SIZE,
    log,
    stopping,
  });

  const lane = new JourneyLane({
    parse,
    deliver: withRoomInRun(
      createDeliverLetter(workflows, settings.TEMPORAL_TASK_QUEUE, rulesOf(settings)),
      (journeyId) => readRun(workflows, journeyId),
    ),
    readTaskLag: (journeyId) => readTaskLag(workflows, journeyId),
    offsets,
    news: new StepNews(settings.SESSION_GAP),
    troubleSigns: new TroubleSigns(troubleRulesOf(settings)),
    pace: new Pace(
      { leastPerSecond: settings.LETTERS_PER_SECOND_MIN, mostPerSecond: settings.LETTERS_PER_SECOND_MAX },
      performance.now(),
    ),
    topic,
    groupId: groups.journey,
    from,
    mostPendingEvents: settings.MAX_PENDING_EVENTS,
    botsInFunnels: settings.BOTS_IN_FUNNELS,
    log,
    stopping,
  });
  const journeyConsumer = await join('journey', (partitions) => lane.assign(journeyConsumer, partitions));

  return {
    read: () =>
      Promise.all([
        recordConsumer.run(record),
        journeyConsumer.run((batch) => lane.handle(batch)),
        keepReporting(progress, log, stopping),
      ]),
    send: () => lane.run(journeyConsumer),
  };
}

type LaneName = 'record' | 'journey';

function onceBothJoined(onReady: () => void): (lane: LaneName) => void {
  const joined = new Set<LaneName>();
  return (lane) => {
    if (joined.has(lane)) return;
    joined.add(lane);
    if (joined.size === 2) onReady();
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
