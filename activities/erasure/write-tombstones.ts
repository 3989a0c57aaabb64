import type { TopicReader } from '../../connections/topic-retention.ts';
import type { MessageProducer } from '../../connections/kafka.ts';
import type { Database } from '../../connections/postgres.ts';
import type { TopicRemainder } from '../../events/erasure.ts';
import type { Topics } from '../../events/topics.ts';
import type { ErasureActivities } from './activities.ts';
import { readJourneyIds } from './subjects.ts';

export interface TombstoneParts {
  readonly database: Database;
  readonly producer: MessageProducer;
  readonly topics: Topics;
  readonly readRetention: TopicReader;
}

/**
 * Our topics are made to expire and not to be compacted, but a broker's operator may have decided otherwise: the broker is
 * asked. A compacted topic that is keyed by pseudonym gets a message without a value for each, which makes the broker
 * forget the earlier ones; of the others it is said when they will have expired.
 */
export function createWriteTombstones(parts: TombstoneParts): ErasureActivities['writeTombstones'] {
  const { database, producer, topics, readRetention } = parts;
  const byPseudonym: ReadonlySet<string> = new Set([topics.pageViews.name, topics.userActivity.name]);

  return async (receiptNumber) => {
    const journeyIds = await readJourneyIds(database, receiptNumber);
    const retentions = await readRetention(Object.values(topics).map(({ name }) => name));
    const remainders: TopicRemainder[] = [];
    for (const { topic, isCompacted, retentionMs } of retentions) {
      const keys = isCompacted && byPseudonym.has(topic) ? journeyIds : [];
      if (keys.length > 0)
        await producer.send(
          topic,
          keys.map((key) => ({ key, value: null })),
        );
      remainders.push({
        topic,
        tombstones: keys.length,
        goneBy: retentionMs === null ? null : new Date(Date.now() + retentionMs).toISOString(),
      });
    }
    return remainders;
  };
}
