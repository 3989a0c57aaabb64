import { randomInt } from 'node:crypto';

import { SingleBar } from 'cli-progress';

import { connectKafka } from '../connections/kafka.ts';
import { createLog } from '../connections/log.ts';
import { readSettings } from '../settings/settings.ts';
import { closeAfter } from '../simulator/opening-hours.ts';
import { publishedProfile } from '../simulator/profile.ts';
import { publish } from '../simulator/publisher.ts';
import { openShop, type ShopMessage } from '../simulator/shop.ts';
import { uniformUsers } from '../simulator/uniform-users.ts';
import { onStopRequest } from '../stack/stop-request.ts';
import { startSystem } from '../stack/system.ts';
import { withStores } from './demo/connect.ts';
import type { Stores } from './demo/observer.ts';
import { settle } from './demo/settle.ts';
import { readLag } from './demo/stream-figures.ts';
import { watchAlerts } from './load-test/alert-arrivals.ts';
import { recordLatency, stepLatency } from './load-test/committed-rows.ts';
import { engagementLatencies } from './load-test/engagement.ts';
import { checkExactness, sampleJourneys } from './load-test/exactness.ts';
import { percentilesOf } from './load-test/percentiles.ts';
import { describeResult, type LoadTestResult } from './load-test/report.ts';

export interface LoadTestOptions {
  readonly eventsPerSecond: number;
  /** How long the load is measured. */
  readonly durationMs: number;
  /** Offered before, and not measured: the first letters start the users' workflows. */
  readonly warmUpMs: number;
  /** So many equal users with a steady rate; without it the simulated shop. */
  readonly users?: number | undefined;
  readonly seed?: number | undefined;
  readonly json: boolean;
}

const longestDrainMs = 300_000;
const journeysChecked = 200;
const historiesRead = 20;

/** Starts the system, offers a load, waits until everything has arrived, and prints what was lost and how long it took. */
export async function runLoadTest(options: LoadTestOptions): Promise<void> {
  const result = await loadTest(options);
  process.stderr.write(`${describeResult(result)}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  const { lost, doubled, journeysWrong } = result.exactness;
  if (lost + doubled + journeysWrong > 0) process.exitCode = 1;
}

/** The same without printing the result: what the bench runs. */
export async function loadTest(options: LoadTestOptions): Promise<LoadTestResult> {
  const stopRequest = onStopRequest();
  const system = await startSystem({ signal: stopRequest.signal });
  try {
    const settings = readSettings(system.environment);
    const kafka = connectKafka(settings, createLog('load-test', settings.LOG_LEVEL));
    return await withStores(settings, async (stores, producer) => {
      const alerts = await watchAlerts(kafka, stores.topics.alerts.name);
      try {
        const send = (messages: { key: string | null; value: string }[]) =>
          producer.send(stores.topics.rawEvents.name, messages);
        return await offer(options, stores, send, alerts.latenciesMs, stopRequest.signal);
      } finally {
        await alerts.stop();
      }
    });
  } finally {
    await system.stop();
    stopRequest.dispose();
  }
}

async function offer(
  options: LoadTestOptions,
  stores: Stores,
  send: (messages: { key: string | null; value: string }[]) => Promise<unknown>,
  alertLatenciesMs: readonly number[],
  signal: AbortSignal,
): Promise<LoadTestResult> {
  const { durationMs, warmUpMs, eventsPerSecond, users } = options;
  const since = new Date();
  const measuredFrom = new Date(since.getTime() + warmUpMs);
  const offeredMs = warmUpMs + durationMs;
  const bar = new SingleBar({ format: 'load {bar} {value}/{total} events sent', stream: process.stderr });
  bar.start(Math.round((eventsPerSecond * offeredMs) / 1000), 0);
  const sent = await publish({
    messages: closeAfter(offeredMs, messagesOf(options, since.getTime())),
    send,
    signal,
    everyMs: 10,
    onSent: ({ events }) => bar.update(events),
  });
  bar.stop();
  const sentAt = Date.now();
  const late = await settle(expectationsOf(stores), {
    signal,
    waitingFor: (sentence) => process.stderr.write(`${sentence}\n`),
    everyMs: 1_000,
  });
  for (const sentence of late) process.stderr.write(`${sentence}\n`);
  const drainedAt = Date.now();
  const sample = await sampleJourneys(stores, since, journeysChecked);
  const histories = sample.slice(0, historiesRead).map(({ journeyId }) => journeyId);
  return {
    offered_per_second: eventsPerSecond,
    seconds: durationMs / 1000,
    load: users === undefined ? 'shop' : `${users} users`,
    sent: sent.events,
    sent_per_second: Math.round((sent.events * 1000) / (sentAt - since.getTime())),
    exactness: await checkExactness(stores, sent.events, since, sample),
    hops: {
      event_to_committed_row: await recordLatency(stores.database, measuredFrom),
      funnel_step_to_committed_row: await stepLatency(stores.database, measuredFrom),
      event_to_journey: percentilesOf(await engagementLatencies(stores.temporal, histories, measuredFrom)),
      deadline_to_alert: percentilesOf(alertLatenciesMs),
    },
    drained_after_seconds: Math.round((drainedAt - sentAt) / 1000),
  };
}

function messagesOf(
  { eventsPerSecond, users, seed }: LoadTestOptions,
  opensAt: number,
): Iterable<ShopMessage> {
  const drawn = seed ?? randomInt(1, 2 ** 31);
  return users === undefined
    ? openShop({ seed: drawn, ratePerSecond: eventsPerSecond, profile: publishedProfile, opensAt })
    : uniformUsers({ seed: drawn, users, ratePerSecond: eventsPerSecond, opensAt });
}

function expectationsOf({ kafka, groups, topics }: Stores) {
  return [groups.record, groups.journey].map((group) => ({
    missing: () => readLag(kafka, group, topics.rawEvents.name),
    describe: (missing: number) => `${missing} messages of ${group}`,
    longestMs: longestDrainMs,
  }));
}
