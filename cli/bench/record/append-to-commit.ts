import type { Database } from '../../../connections/postgres.ts';
import { percentilesOf, type Percentiles } from '../../load-test/percentiles.ts';
import type { FreshSystem } from '../fresh-system.ts';

/** When each message was appended, by partition and offset; milliseconds since 1970. */
type AppendTimes = ReadonlyMap<number, ReadonlyMap<number, number>>;

export interface Span {
  /** Milliseconds since 1970, of the events' own times. */
  readonly from: number;
  readonly until: number;
}

/** Latencies from a message's time on the topic to the commit of its row, as PostgreSQL noted it. `null` without rows. */
export async function appendToCommit(
  database: Database,
  appended: AppendTimes,
  span: Span,
): Promise<Percentiles | null> {
  const { rows } = await database.query<{ p: number; o: number; committed: number }>(
    `SELECT source_partition AS p, source_offset AS o,
       (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000)::float8 AS committed
     FROM events WHERE "timestamp" >= $1 AND "timestamp" < $2`,
    [new Date(span.from), new Date(span.until)],
  );
  const latencies = rows.flatMap(({ p, o, committed }) => {
    const at = appended.get(p)?.get(o);
    return at === undefined ? [] : [Math.max(0, committed - at)];
  });
  return percentilesOf(latencies);
}

/** Reads the whole topic once more, in a group of its own, for the times of its messages. */
export async function readAppendTimes({ kafka, stores }: FreshSystem): Promise<AppendTimes> {
  const topic = stores.topics.rawEvents.name;
  const bounds = await stores.kafka.fetchTopicOffsets(topic);
  const times = new Map(bounds.map(({ partition }) => [partition, new Map<number, number>()]));
  const missing = new Map(bounds.map(({ partition, high }) => [partition, Number(high)]));
  const consumer = await kafka.consumer({
    topic,
    groupId: 'bench-append-times',
    from: 'earliest',
    partitionsAtOnce: 1,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      const isAll = () => [...missing].every(([partition, end]) => (times.get(partition)?.size ?? 0) >= end);
      consumer
        .run(({ partition, messages }) => {
          for (const { offset, appendedAt } of messages) times.get(partition)?.set(offset, appendedAt);
          if (isAll()) resolve();
          return Promise.resolve();
        })
        .then(resolve, reject);
    });
  } finally {
    await consumer.stop();
  }
  return times;
}
