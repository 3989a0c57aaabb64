import type { KafkaConnection } from '../../connections/kafka.ts';

export type KafkaAdmin = Parameters<Parameters<KafkaConnection['withAdmin']>[0]>[0];

export interface PartitionBounds {
  readonly partition: number;
  /** The first offset that is still there. */
  readonly start: number;
  /** The next offset to be written. */
  readonly end: number;
}

/** How many messages a topic has been given since it was made. */
export async function countMessages(admin: KafkaAdmin, topic: string): Promise<number> {
  return (await readBounds(admin, topic)).reduce((total, { end }) => total + end, 0);
}

/** Messages of the topic that the group has not committed yet. */
export async function readLag(admin: KafkaAdmin, group: string, topic: string): Promise<number> {
  const [bounds, ofGroup] = await Promise.all([
    readBounds(admin, topic),
    admin.fetchOffsets({ groupId: group, topics: [topic] }),
  ]);
  const committed = ofGroup.flatMap(({ partitions }) => partitions);
  return lagBehind(bounds, new Map(committed.map(({ partition, offset }) => [partition, Number(offset)])));
}

/** A partition without a commit (absent, or −1 as Kafka says it) will be read from its start. */
export function lagBehind(
  bounds: readonly PartitionBounds[],
  committed: ReadonlyMap<number, number>,
): number {
  return bounds.reduce((total, { partition, start, end }) => {
    const next = committed.get(partition) ?? -1;
    return total + Math.max(0, end - (next < 0 ? start : next));
  }, 0);
}

async function readBounds(admin: KafkaAdmin, topic: string): Promise<PartitionBounds[]> {
  const partitions = await admin.fetchTopicOffsets(topic);
  return partitions.map(({ partition, low, high }) => ({ partition, start: Number(low), end: Number(high) }));
}
