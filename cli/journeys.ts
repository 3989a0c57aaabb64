import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

import { journeyWorkflowId } from '../events/letter.ts';
import { SetupError } from '../stack/setup-error.ts';
import { askTemporal, grpcCode, grpcCodeOf } from './journey/ask-temporal.ts';
import { journeyTable, type JourneyList, type ListedJourney } from './journey/journey-table.ts';
import { settingsOfRunningSystem } from './journey/running-system.ts';
import { visibilityQuery, type JourneyFilter } from './journey/visibility-query.ts';

export type JourneysOptions = JourneyFilter & {
  /** The most journeys to print, at least 1. */
  readonly limit: number;
  readonly json: boolean;
};

const funnelStep = defineSearchAttributeKey('FunnelStep', SearchAttributeType.KEYWORD);
const cartValue = defineSearchAttributeKey('CartValue', SearchAttributeType.DOUBLE);
const segment = defineSearchAttributeKey('Segment', SearchAttributeType.KEYWORD);
const lastSeen = defineSearchAttributeKey('LastSeen', SearchAttributeType.DATETIME);

const mostInOnePage = 1000;

/** Prints the running journeys that match, in the server's order, on stdout. Throws what `askTemporal` throws. */
export async function runJourneys({ limit, json, ...filter }: JourneysOptions): Promise<void> {
  const settings = await settingsOfRunningSystem();
  const query = visibilityQuery(filter, Date.now());
  const list = await askTemporal(settings, (client) => listJourneys(client, query, limit));
  process.stdout.write(`${json ? JSON.stringify(list) : journeyTable(list)}\n`);
}

async function listJourneys(client: Client, query: string, limit: number): Promise<JourneyList> {
  try {
    const journeys: ListedJourney[] = [];
    let isCut = false;
    // One more than is shown tells whether there are more.
    for await (const found of client.workflow.list({ query, pageSize: Math.min(limit + 1, mostInOnePage) })) {
      isCut = journeys.length === limit;
      if (isCut) break;
      journeys.push(listed(found));
    }
    if (!isCut) return { journeys, total: journeys.length };
    const { count } = await client.workflow.count(query);
    // Some may have ended since.
    return { journeys, total: Math.max(count, journeys.length + 1) };
  } catch (error) {
    if (grpcCodeOf(error) !== grpcCode.invalidArgument) throw error;
    throw new SetupError(
      'Temporal does not know the search attributes FunnelStep, CartValue, LastSeen and Segment in this namespace: add them with npm run migrate.',
    );
  }
}

function listed({ workflowId, typedSearchAttributes }: WorkflowExecutionInfo): ListedJourney {
  return {
    journeyId: workflowId.slice(journeyWorkflowId('').length),
    funnelStep: typedSearchAttributes.get(funnelStep) ?? null,
    cartValue: typedSearchAttributes.get(cartValue) ?? null,
    segment: typedSearchAttributes.get(segment) ?? null,
    lastSeen: typedSearchAttributes.get(lastSeen)?.toISOString() ?? null,
  };
}
