import type { Closing } from '../connections/closing.ts';
import type {
  KafkaConnection,
  OffsetReader,
  TopicConsumer,
  TopicConsumerOptions,
} from '../connections/kafka.ts';
import type { Log } from '../connections/log.ts';
import type { Settings } from '../settings/settings.ts';
import type { LaneTurns } from './lane-turns.ts';
import type { Tally } from './tally.ts';
import type { ParseAt } from './parse/shared-parser.ts';
import type { Suppressions } from './suppression/suppressions.ts';

/** What every lane is opened with. */
export interface LaneContext {
  readonly settings: Settings;
  readonly log: Log;
  /** Takes whatever the lane opens, and closes it when the bridge ends. */
  readonly closing: Closing;
  readonly stopping: AbortSignal;
  readonly parse: ParseAt;
  /** Of the thread that the lanes share. */
  readonly turns: LaneTurns;
  readonly suppressions: Suppressions;
  readonly kafka: KafkaConnection;
  readonly offsets: OffsetReader;
  /** Counts what the lane does. */
  readonly tally: Tally;
  /** Joins the lane's own consumer group; `onAssigned` is awaited before the first batch of each assignment. */
  readonly join: (
    reader: Pick<TopicConsumerOptions, 'groupId' | 'restMs'>,
    onAssigned: (partitions: readonly number[]) => Promise<void>,
  ) => Promise<TopicConsumer>;
}

/** A lane that has joined its group. Both promises end with `stopping`, or reject with what no retry can mend. */
export interface Lane {
  /** Reads the partitions that the group gives to this member. */
  read(): Promise<unknown>;
  /** Sends on what was read, and once `stopping`, the rest that can still be sent. */
  send(): Promise<void>;
}
