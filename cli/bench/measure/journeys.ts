import { setTimeout as delay } from 'node:timers/promises';

import type { Client } from '@temporalio/client';

import { millisecondsOf } from '../../../connections/protobuf-time.ts';
import { journeyQueryName, journeyWorkflowId } from '../../../events/letter.ts';
import type { JourneyCount } from '../../load-test/exactness.ts';
import { inParallel } from './in-parallel.ts';

const queriesAtOnce = 16;
const pagesRead = 10;
const eventsOnAPage = 20;
const mostTries = 5;
const betweenTriesMs = 1_000;
const mostReadings = 20;
const betweenReadingsMs = 2_000;

export interface JourneyTotals {
  /** Events that the journeys hold, all together. */
  readonly taken: number;
  /** Events of the record that their journey does not hold. */
  readonly lost: number;
  /** Events that a journey holds beyond those of the record. */
  readonly doubled: number;
}

/** Asks each journey by query how many events it has taken, and compares with the record. */
export async function compareJourneys(
  client: Client,
  recorded: readonly JourneyCount[],
): Promise<JourneyTotals> {
  const counts = await inParallel(recorded, queriesAtOnce, async ({ journeyId, events }) => {
    return { expected: events, taken: await eventsTaken(client, journeyId) };
  });
  return {
    taken: sum(counts.map(({ taken }) => taken)),
    lost: sum(counts.map(({ expected, taken }) => Math.max(0, expected - taken))),
    doubled: sum(counts.map(({ expected, taken }) => Math.max(0, taken - expected))),
  };
}

/** A worker that is busy may not answer in time; one that does not after some tries fails the measurement. */
async function eventsTaken(client: Client, journeyId: string): Promise<number> {
  const handle = client.workflow.getHandle(journeyWorkflowId(journeyId));
  for (let tries = 1; ; tries += 1) {
    try {
      return (await handle.query<{ counts: { events: number } }>(journeyQueryName)).counts.events;
    } catch (error) {
      if (tries >= mostTries) throw error;
      await delay(betweenTriesMs * tries);
    }
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/**
 * When the latest of these workflows completed its last workflow task, milliseconds since 1970 by the server's clock: by
 * then everything sent to them was taken. Only the end of each history is read. Zero when none has completed any.
 */
export async function lastTaskCompletedAt(client: Client, workflowIds: readonly string[]): Promise<number> {
  const times = await inParallel(workflowIds, queriesAtOnce, (workflowId) => lastTaskOf(client, workflowId));
  return times.reduce((latest, time) => Math.max(latest, time), 0);
}

async function lastTaskOf(client: Client, workflowId: string): Promise<number> {
  let nextPageToken: Uint8Array | undefined;
  for (let page = 0; page < pagesRead; page += 1) {
    const answer = await client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: client.options.namespace,
      execution: { workflowId },
      maximumPageSize: eventsOnAPage,
      ...(nextPageToken ? { nextPageToken } : {}),
    });
    const completed = answer.history?.events?.find((event) => event.workflowTaskCompletedEventAttributes);
    if (completed) return millisecondsOf(completed.eventTime);
    nextPageToken = answer.nextPageToken;
    if (nextPageToken.length === 0) return 0;
  }
  return 0;
}

/** The same, once it does not change any more: the last signals may still wait for their workflow tasks. */
export async function settledLastTask(
  client: Client,
  workflowIds: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  let last = await lastTaskCompletedAt(client, workflowIds);
  for (let readings = 1; readings < mostReadings; readings += 1) {
    await delay(betweenReadingsMs, undefined, { signal });
    const now = await lastTaskCompletedAt(client, workflowIds);
    if (now === last) return now;
    last = now;
  }
  return last;
}
