import { setTimeout as sleep } from 'node:timers/promises';

import { WorkflowClient, Connection } from '@temporalio/client';

import { connectKafka } from '../connections/kafka.ts';
import type { Log } from '../connections/log.ts';
import { connectPostgres } from '../connections/postgres.ts';
import { temporalConnectionOptions } from '../connections/temporal.ts';
import type { JourneyRules } from '../events/letter.ts';
import { topicsWithPrefix } from '../events/topics.ts';
import type { Settings } from '../settings/settings.ts';
import { createDeliverLetter } from './journey/deliver.ts';
import { JourneyLane } from './journey/journey-lane.ts';
import { StepNews } from './journey/news.ts';
import { Pace } from './journey/pace.ts';
import { createParser } from './parse/parse-event.ts';
import { createPseudonyms } from './parse/pseudonyms.ts';
import { createRecordLane } from './record/record-lane.ts';
import { ProgressReport } from './record/report-progress.ts';
import { keepReporting } from './record/keep-reporting.ts';

const partitionsAtOnce = 6;
const longestFarewellMs = 5_000;

export const rulesOf = (settings: Settings): JourneyRules => ({
  sessionGapMs: settings.SESSION_GAP,
  cartAbandonAfterMs: settings.CART_ABANDON_AFTER,
  checkoutAbandonAfterMs: settings.CHECKOUT_ABANDON_AFTER,
  recoveryWindowMs: settings.RECOVERY_WINDOW,
  alertCooldownMs: settings.ALERT_COOLDOWN,
  lateGraceMs: settings.LATE_GRACE,
  idleAfterMs: settings.JOURNEY_IDLE_AFTER,
});

export interface BridgeOptions {
  readonly settings: Settings;
  readonly pseudonymKey: string;
  readonly log: Log;
  readonly onReady: () => void;
  readonly stopping: AbortSignal;
}

/**
 * Kafka in: two lanes, two consumer groups, neither waiting for the other. Runs until `stopping`; rejects with the first
 * failure that no retry can mend.
 */
export async function runBridge({
  settings,
  pseudonymKey,
  log,
  onReady,
  stopping,
}: BridgeOptions): Promise<void> {
  const topics = topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX);
  const topic = topics.rawEvents.name;
  const from = settings.KAFKA_AUTO_OFFSET_RESET;
  const groups = {
    record: `${settings.KAFKA_GROUP_PREFIX}-record`,
    journey: `${settings.KAFKA_GROUP_PREFIX}-journey`,
  };
  const parse = createParser(createPseudonyms(pseudonymKey), {
    maxEventBytes: settings.MAX_EVENT_BYTES,
    clockSkewLimitMs: settings.CLOCK_SKEW_LIMIT,
  });
  const joined = new Set<string>();
  const noteJoined = (laneName: string) => {
    if (joined.has(laneName)) return;
    joined.add(laneName);
    if (joined.size === 2) onReady();
  };
  const closers: (() => Promise<unknown>)[] = [];
  const failed = new AbortController();
  const ending = AbortSignal.any([stopping, failed.signal]);

  try {
    const kafka = connectKafka(settings, log);
    const database = connectPostgres(settings, log, 'aisle-bridge');
    closers.push(() => database.end());
    const temporal = await Connection.connect(temporalConnectionOptions(settings));
    closers.push(() => temporal.close());
    const producer = await kafka.producer();
    closers.push(() => producer.close());
    const offsets = await kafka.offsets();
    closers.push(() => offsets.close());

    const progress = new ProgressReport(offsets, database, topic);
    const recordConsumer = await kafka.consumer({
      topic,
      groupId: groups.record,
      from,
      partitionsAtOnce,
      onAssigned: async (partitions) => {
        const starts = await offsets.starts(groups.record, topic, from);
        progress.assign(
          new Map(partitions.map((partition) => [partition, starts.get(partition)?.next ?? 0])),
        );
        noteJoined('record');
      },
    });
    closers.push(() => recordConsumer.stop());
    const record = createRecordLane({
      parse,
      database,
      producer,
      consumer: recordConsumer,
      progress,
      topics,
      batchSize: settings.BATCH_SIZE,
      log,
      stopping: ending,
    });

    const client = new WorkflowClient({ connection: temporal, namespace: settings.TEMPORAL_NAMESPACE });
    const lane = new JourneyLane({
      parse,
      deliver: createDeliverLetter(client, settings.TEMPORAL_TASK_QUEUE, rulesOf(settings)),
      offsets,
      news: new StepNews(settings.SESSION_GAP),
      pace: new Pace(
        { leastPerSecond: settings.LETTERS_PER_SECOND_MIN, mostPerSecond: settings.LETTERS_PER_SECOND_MAX },
        performance.now(),
      ),
      topic,
      groupId: groups.journey,
      from,
      mostPendingEvents: settings.MAX_PENDING_EVENTS,
      log,
      stopping: ending,
    });
    const journeyConsumer = await kafka.consumer({
      topic,
      groupId: groups.journey,
      from,
      partitionsAtOnce,
      onAssigned: async (partitions) => {
        await lane.assign(journeyConsumer, partitions);
        noteJoined('journey');
      },
    });
    closers.push(() => journeyConsumer.stop());

    const sending = lane.run(journeyConsumer);
    await Promise.race([
      Promise.all([
        recordConsumer.run(record),
        journeyConsumer.run((batch) => lane.handle(batch)),
        sending,
        keepReporting(progress, log, ending),
      ]),
      aborted(stopping),
    ]);
    // Letters under way arrive and are committed; what still waits is read again at the next start.
    await Promise.race([sending, sleep(longestFarewellMs)]);
  } catch (error) {
    failed.abort(error);
    throw error;
  } finally {
    for (const close of closers.reverse()) {
      await close().catch((error: unknown) =>
        log.warn({ error: (error as Error).name }, 'a connection did not close cleanly'),
      );
    }
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
