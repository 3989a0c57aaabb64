import type { Kafka } from 'kafkajs';

export interface PartitionEnds {
  readonly partition: number;
  /** The first offset that is still kept. */
  readonly start: number;
  /** The offset that the next message will have. */
  readonly end: number;
}

export interface StartOffset {
  /** The next offset that the group reads. */
  readonly next: number;
  /** False when the group has no commit here, and begins where its settings say. */
  readonly committed: boolean;
  readonly metadata: string;
}

export interface OffsetReader {
  ends(topic: string): Promise<PartitionEnds[]>;
  /** Where a group reads on, for every partition of the topic. */
  starts(groupId: string, topic: string, from: 'earliest' | 'latest'): Promise<Map<number, StartOffset>>;
  close(): Promise<void>;
}

export async function createOffsetReader(kafka: Kafka): Promise<OffsetReader> {
  const admin = kafka.admin();
  await admin.connect();

  async function ends(topic: string): Promise<PartitionEnds[]> {
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.map(({ partition, low, high }) => ({ partition, start: Number(low), end: Number(high) }));
  }

  return {
    ends,
    starts: async (groupId, topic, from) => {
      const [committed, bounds] = await Promise.all([
        admin.fetchOffsets({ groupId, topics: [topic] }),
        ends(topic),
      ]);
      const byPartition = new Map(committed[0]?.partitions.map((entry) => [entry.partition, entry]));
      return new Map(
        bounds.map(({ partition, start, end }) => {
          const entry = byPartition.get(partition);
          const offset = Number(entry?.offset ?? -1);
          const isCommitted = offset >= 0;
          const next = isCommitted ? offset : from === 'earliest' ? start : end;
          return [partition, { next, committed: isCommitted, metadata: entry?.metadata ?? '' }];
        }),
      );
    },
    close: () => admin.disconnect(),
  };
}
