import { WorkflowClient } from '@temporalio/client';

import type { Closing } from '../connections/closing.ts';
import {
  connectKafka,
  type KafkaConnection,
  type MessageProducer,
  type OffsetReader,
} from '../connections/kafka.ts';
import type { Log } from '../connections/log.ts';
import { connectPostgres, type Database } from '../connections/postgres.ts';
import { connectTemporal } from '../connections/temporal.ts';
import type { Settings } from '../settings/settings.ts';

export interface BridgeConnections {
  readonly kafka: KafkaConnection;
  readonly producer: MessageProducer;
  readonly offsets: OffsetReader;
  readonly database: Database;
  readonly workflows: WorkflowClient;
}

/** Opens what both lanes need; each is closed by `closing`, also when a later one cannot be opened. */
export async function openConnections(
  settings: Settings,
  log: Log,
  closing: Closing,
): Promise<BridgeConnections> {
  const kafka = connectKafka(settings, log);
  const database = connectPostgres(settings, log, 'aisle-bridge');
  closing.add(() => database.end());
  const connection = await connectTemporal(settings);
  closing.add(() => connection.close());
  const producer = await kafka.producer();
  closing.add(() => producer.close());
  const offsets = await kafka.offsets();
  closing.add(() => offsets.close());
  const workflows = new WorkflowClient({ connection, namespace: settings.TEMPORAL_NAMESPACE });
  return { kafka, producer, offsets, database, workflows };
}
