import pLimit from 'p-limit';

import type { WriteRows } from '../../activities/insert-rows.ts';
import { recordEvents } from '../../activities/record-events.ts';
import type { RecordIdentities } from '../../activities/record-identities.ts';
import { untilItWorks } from '../../connections/back-off.ts';
import { isKafkaUnavailable, type MessageProducer } from '../../connections/kafka.ts';
import type { Log } from '../../connections/log.ts';
import { outageNotice } from '../../connections/outage-notice.ts';
import { isDatabaseUnavailable, type Database } from '../../connections/postgres.ts';
import type { Topics } from '../../events/topics.ts';
import type { ParseAt } from '../parse/shared-parser.ts';
import type { Tally } from '../tally.ts';
import type { Suppressions } from '../suppression/suppressions.ts';
import { RecordedBatch } from './recorded-batch.ts';

export type { RecordedBatch } from './recorded-batch.ts';

/** What happens to a batch of one partition, one after the other. */
export interface RecordSteps {
  open(partition: number, next: number): RecordedBatch;
  /** Resolves when every event that PostgreSQL takes has its row. */
  write(batch: RecordedBatch): Promise<void>;
  /** Page views to their topic and the rest to the dead letters; then the batch's offset may be committed. */
  publish(batch: RecordedBatch): Promise<void>;
}

export interface RecordStepsParts {
  readonly parse: ParseAt;
  readonly database: Database;
  readonly writeRows: WriteRows;
  readonly suppressions: Pick<Suppressions, 'refuses'>;
  readonly recordIdentities: RecordIdentities;
  readonly producer: MessageProducer;
  readonly topics: Topics;
  /** Statements of all partitions that may be under way at once. */
  readonly statementsAtOnce: number;
  readonly tally: Tally;
  readonly log: Log;
}

/** Seldom enough to cost nothing in an outage of hours, and soon back when it ends. */
const databaseBackOff = { firstMs: 100, mostMs: 4_000 };

export interface RecordStepsWatcher {
  readonly onWritten: (batch: RecordedBatch) => void;
  readonly onPublished: (batch: RecordedBatch) => void;
  /** Ends every wait for a store that is away. */
  readonly signal: AbortSignal;
}

/**
 * Makes the steps for one assignment of partitions. A store that is away is waited for, however long: Kafka holds what
 * comes meanwhile. Repeating a step changes no row. The bound on statements is for all partitions and is left while one
 * waits, so that none holds up the others.
 */
export function createRecordSteps(parts: RecordStepsParts): (watcher: RecordStepsWatcher) => RecordSteps {
  const { parse, suppressions, database, writeRows, recordIdentities, producer, topics, tally, log } = parts;
  const inTurn = pLimit(parts.statementsAtOnce);
  const databaseNotice = outageNotice(log, {
    away: 'PostgreSQL is not available; the record waits',
    back: 'PostgreSQL is available again; the record goes on',
  });
  const kafkaNotice = outageNotice(log, {
    away: 'Kafka takes no messages; the record waits',
    back: 'Kafka takes messages again; the record goes on',
  });
  return ({ onWritten, onPublished, signal }) => {
    const toDatabase = {
      mayRetry: isDatabaseUnavailable,
      signal,
      ...databaseNotice,
      backOff: databaseBackOff,
    };
    const toKafka = { mayRetry: isKafkaUnavailable, signal, ...kafkaNotice };
    return {
      open: (partition, next) =>
        new RecordedBatch({ topic: topics.rawEvents.name, partition, next }, parse, (event, earlier) =>
          suppressions.refuses(event, earlier),
        ),
      write: async (batch) => {
        const { events, eventsOfErased, placeOf } = batch;
        if (eventsOfErased > 0)
          log.info({ events: eventsOfErased }, 'events of people who were erased are refused');
        const write = () => inTurn(() => recordEvents(database, events, placeOf, writeRows));
        batch.refuse(await untilItWorks(write, toDatabase));
        await untilItWorks(() => inTurn(() => recordIdentities(events)), toDatabase);
        onWritten(batch);
      },
      publish: async (batch) => {
        const { pageViews, deadLetters } = batch;
        if (pageViews.length > 0)
          await untilItWorks(() => producer.send(topics.pageViews.name, pageViews), toKafka);
        if (deadLetters.length > 0)
          await untilItWorks(() => producer.send(topics.deadLetters.name, deadLetters), toKafka);
        tally.add('events_recorded', batch.recorded);
        tally.add('events_rejected', deadLetters.length);
        onPublished(batch);
      },
    };
  };
}
