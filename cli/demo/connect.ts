import { Client } from '@temporalio/client';

import { dataConverterOf } from '../../connections/encryption/data-converter.ts';
import { connectKafka, type MessageProducer } from '../../connections/kafka.ts';
import { createLog } from '../../connections/log.ts';
import { connectPostgres } from '../../connections/postgres.ts';
import { connectTemporal } from '../../connections/temporal.ts';
import { groupsWithPrefix, topicsWithPrefix } from '../../events/topics.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Stores } from './observer.ts';

/** Runs `work` with a connection to every store and a producer for the shop; closes them all after it. */
export async function withStores<Result>(
  settings: Settings,
  work: (stores: Stores, producer: MessageProducer) => Promise<Result>,
): Promise<Result> {
  // Lines of a log would break the view: a figure that cannot be read is shown as not known, and a server's end is told.
  const log = createLog('demo', 'silent');
  const kafka = connectKafka(settings, log);
  const database = connectPostgres(settings, log, 'aisle-demo');
  try {
    const connection = await connectTemporal(settings);
    try {
      const producer = await kafka.producer();
      try {
        return await kafka.withAdmin((admin) =>
          work(
            {
              database,
              kafka: admin,
              temporal: new Client({
                connection,
                namespace: settings.TEMPORAL_NAMESPACE,
                dataConverter: dataConverterOf(settings, () => database),
              }),
              topics: topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX),
              groups: groupsWithPrefix(settings.KAFKA_GROUP_PREFIX),
              botsInFunnels: settings.BOTS_IN_FUNNELS,
            },
            producer,
          ),
        );
      } finally {
        await producer.close();
      }
    } finally {
      await connection.close();
    }
  } finally {
    await database.end();
  }
}
