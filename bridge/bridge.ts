import { setTimeout as sleep } from 'node:timers/promises';

import { keepReadings } from '../activities/keep-readings.ts';
import { Closing } from '../connections/closing.ts';
import { connectKafka } from '../connections/kafka.ts';
import type { Log } from '../connections/log.ts';
import { connectPostgres } from '../connections/postgres.ts';
import { topicsWithPrefix } from '../events/topics.ts';
import type { LaneName } from '../settings/bridge-lanes.ts';
import type { PseudonymKey } from '../settings/pseudonym-keys.ts';
import type { Settings } from '../settings/settings.ts';
import { openJourneyLane } from './journey/open-journey-lane.ts';
import { LaneTurns } from './lane-turns.ts';
import type { Lane, LaneContext } from './open-lane.ts';
import { createKeyedParser } from './parse/keyed-parser.ts';
import { createSharedParser } from './parse/shared-parser.ts';
import { openRecordLane } from './record/open-record-lane.ts';
import { Tally } from './tally.ts';
import { keepInformed } from './suppression/keep-informed.ts';
import { openSuppressions } from './suppression/open-suppressions.ts';

const partitionsAtOnce = 6;
const longestFarewellMs = 5_000;

const openLane: Readonly<Record<LaneName, (context: LaneContext) => Promise<Lane>>> = {
  record: openRecordLane,
  journey: openJourneyLane,
};

export interface BridgeOptions {
  readonly settings: Settings;
  /** The present one first; at least that one. */
  readonly pseudonymKeys: readonly PseudonymKey[];
  readonly log: Log;
  /** Called once, when every lane has its partitions. */
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
    const tally = new Tally();
    const ending = AbortSignal.any([stopping, failed.signal]);
    const lanes = await openLanes(options, tally, closing, ending);
    const database = connectPostgres({ ...options.settings, DB_POOL_SIZE: 1 }, log, 'aisle-bridge');
    closing.add(() => database.end());
    const counting = keepReadings({ database, take: async () => tally.take(), log, stopping: ending });
    const sending = Promise.all(lanes.map((lane) => lane.send()));
    const reading = Promise.all(lanes.map((lane) => lane.read()));
    await Promise.race([Promise.all([reading, sending, counting]), aborted(stopping)]);
    // Letters under way arrive and are committed; what still waits is read again at the next start.
    await Promise.race([Promise.all([sending, counting]), sleep(longestFarewellMs)]);
  } catch (error) {
    failed.abort(error);
    throw error;
  } finally {
    await closing.closeAll();
  }
}

async function openLanes(
  options: BridgeOptions,
  tally: Tally,
  closing: Closing,
  stopping: AbortSignal,
): Promise<Lane[]> {
  const { settings, log } = options;
  const kafka = connectKafka(settings, log);
  const offsets = await kafka.offsets();
  closing.add(() => offsets.close());
  const noteJoined = onceAllJoined(settings.BRIDGE_LANES, options.onReady);
  const parse = createKeyedParser(options.pseudonymKeys, settings);
  const suppressions = await openSuppressions(settings, log, closing, stopping);
  const context = {
    settings,
    suppressions,
    log,
    closing,
    stopping,
    parse: settings.BRIDGE_LANES.length > 1 ? createSharedParser(parse) : parse,
    turns: new LaneTurns(),
    kafka,
    offsets,
    tally,
  };
  const lanes: Lane[] = [
    { read: () => keepInformed(suppressions, log, stopping), send: () => Promise.resolve() },
  ];
  for (const name of settings.BRIDGE_LANES) {
    const join: LaneContext['join'] = async (reader, onAssigned) => {
      const consumer = await kafka.consumer({
        topic: topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX).rawEvents.name,
        ...reader,
        from: settings.KAFKA_AUTO_OFFSET_RESET,
        partitionsAtOnce,
        onAssigned: async (partitions) => {
          await onAssigned(partitions);
          noteJoined(name);
        },
      });
      closing.add(() => consumer.stop());
      return consumer;
    };
    lanes.push(await openLane[name]({ ...context, join }));
  }
  return lanes;
}

function onceAllJoined(names: readonly LaneName[], onReady: () => void): (lane: LaneName) => void {
  const missing = new Set(names);
  return (lane) => {
    if (missing.delete(lane) && missing.size === 0) onReady();
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
