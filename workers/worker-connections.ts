import { WorkflowClient, type Connection } from '@temporalio/client';

import { metricSession } from '../activities/measure-metric.ts';
import type { Closing } from '../connections/closing.ts';
import { dataConverterOf } from '../connections/encryption/data-converter.ts';
import {
  connectKafka,
  type KafkaConnection,
  type MessageProducer,
  type OffsetReader,
} from '../connections/kafka.ts';
import type { Log } from '../connections/log.ts';
import { connectPostgres, tryLogin, type Database } from '../connections/postgres.ts';
import { connectTemporal } from '../connections/temporal.ts';
import type { Settings } from '../settings/settings.ts';

export interface WorkerConnections {
  readonly kafka: KafkaConnection;
  readonly producer: MessageProducer;
  readonly offsets: OffsetReader;
  readonly database: Database;
  /** As the role that may erase. */
  readonly eraser: Database;
  /** For the SQL that rules bring, each of which may hold a connection for seconds. */
  readonly readers: Database;
  /** For the metrics of rules, one query at a time. */
  readonly metrics: Database;
  readonly temporal: Connection;
  readonly workflows: WorkflowClient;
  /** With the keys that it remembers, so one for all. */
  readonly dataConverter: ReturnType<typeof dataConverterOf>;
}

/** Whatever the activities of a worker process speak with; `closing` takes all of it. */
export async function openConnections(
  settings: Settings,
  log: Log,
  closing: Closing,
): Promise<WorkerConnections> {
  const closedAtTheEnd = (database: Database): Database => {
    closing.add(() => database.end());
    return database;
  };
  const few = (connections: number): Settings => ({ ...settings, DB_POOL_SIZE: connections });
  const kafka = connectKafka(settings, log);
  const database = closedAtTheEnd(connectPostgres(settings, log, 'aisle-worker'));
  const eraser = closedAtTheEnd(connectPostgres(settings, log, 'aisle-worker-erasures', 'eraser'));
  const readers = closedAtTheEnd(connectPostgres(few(2), log, 'aisle-rules', 'reporter'));
  const metrics = closedAtTheEnd(connectPostgres(few(1), log, 'aisle-metrics', 'writer', metricSession));
  await tryLogin(database, settings, 'writer');
  const producer = await kafka.producer();
  closing.add(() => producer.close());
  const offsets = await kafka.offsets();
  closing.add(() => offsets.close());
  const temporal = await connectTemporal(settings);
  closing.add(() => temporal.close());
  const { TEMPORAL_NAMESPACE: namespace } = settings;
  const dataConverter = dataConverterOf(settings, () => database);
  const workflows = new WorkflowClient({ connection: temporal, namespace, dataConverter });
  return { kafka, producer, offsets, database, eraser, readers, metrics, temporal, workflows, dataConverter };
}
