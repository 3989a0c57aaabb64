import type { Client } from '@temporalio/client';

import type { Database } from '../../connections/postgres.ts';
import { journeyWorkflowType } from '../../events/letter.ts';
import type { Topics } from '../../events/topics.ts';
import { readLatestAlerts, readRecordFigures } from './figures.ts';
import type { Moment } from './live-view.ts';
import { countMessages, readLag, type KafkaAdmin } from './stream-figures.ts';

export interface Stores {
  readonly database: Database;
  readonly kafka: KafkaAdmin;
  readonly temporal: Client;
  readonly topics: Topics;
  readonly botsInFunnels: boolean;
  readonly groups: { readonly record: string; readonly journey: string };
}

/** Where counting starts, so that a system with a past shows this demo alone. */
export interface Start {
  readonly databaseTime: Date;
  readonly deadLetters: number;
}

export type Observation = Pick<
  Moment,
  'recorded' | 'rejected' | 'activeJourneys' | 'furthestSteps' | 'latestAlerts' | 'lag'
>;

/** Reads every figure from the store that holds it. One that cannot be read now is shown as not known. */
export async function observe(stores: Stores, since: Start): Promise<Observation> {
  const { database, kafka, topics, groups, botsInFunnels } = stores;
  const [record, alerts, rejected, journeys, recordLag, journeyLag] = await Promise.all([
    known(readRecordFigures(database, since.databaseTime, botsInFunnels)),
    known(readLatestAlerts(database, since.databaseTime)),
    known(countRejected(stores, since)),
    known(countActiveJourneys(stores.temporal)),
    known(readLag(kafka, groups.record, topics.rawEvents.name)),
    known(readLag(kafka, groups.journey, topics.rawEvents.name)),
  ]);
  return {
    recorded: record?.recorded ?? null,
    furthestSteps: record?.furthestSteps ?? null,
    rejected,
    activeJourneys: journeys,
    latestAlerts: alerts ?? [],
    lag: [
      { group: 'record', messages: recordLag },
      { group: 'journey', messages: journeyLag },
    ],
  };
}

export async function countRejected({ kafka, topics }: Stores, since: Start): Promise<number> {
  return (await countMessages(kafka, topics.deadLetters.name)) - since.deadLetters;
}

async function countActiveJourneys(temporal: Client): Promise<number> {
  const query = `WorkflowType="${journeyWorkflowType}" AND ExecutionStatus="Running"`;
  return (await temporal.workflow.count(query)).count;
}

async function known<Value>(reading: Promise<Value>): Promise<Value | null> {
  return reading.catch(() => null);
}
