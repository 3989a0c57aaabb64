import { randomInt } from 'node:crypto';

import { SingleBar } from 'cli-progress';

import { connectKafka } from '../connections/kafka.ts';
import { createLog } from '../connections/log.ts';
import { readSettings } from '../settings/settings.ts';
import { publishedProfile } from '../simulator/profile.ts';
import { openShop, type ShopMessage } from '../simulator/shop.ts';
import { uniformUsers } from '../simulator/uniform-users.ts';
import { onStopRequest } from '../stack/stop-request.ts';
import { startSystem } from '../stack/system.ts';
import { withStores } from './demo/connect.ts';
import type { Stores } from './demo/observer.ts';
import { watchAlerts } from './load-test/alert-arrivals.ts';
import { recordLatency, stepLatency } from './load-test/committed-rows.ts';
import { engagementLatencies } from './load-test/engagement.ts';
import { checkExactness, sampleJourneys } from './load-test/exactness.ts';
import { offer, untilDrained } from './load-test/offer.ts';
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

/** The same without printing the result. */
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
        return await offerAndMeasure(options, stores, send, alerts.latenciesMs, stopRequest.signal);
      } finally {
        await alerts.stop();
      }
    });
  } finally {
    await system.stop();
    stopRequest.dispose();
  }
}

async function offerAndMeasure(
  options: LoadTestOptions,
  stores: Stores,
  send: (messages: { key: string | null; value: string }[]) => Promise<unknown>,
  alertLatenciesMs: readonly number[],
  signal: AbortSignal,
): Promise<LoadTestResult> {
  const { durationMs, warmUpMs, eventsPerSecond, users } = options;
  const bar = new SingleBar({ format: 'load {bar} {value}/{total} events sent', stream: process.stderr });
  bar.start(Math.round((eventsPerSecond * (warmUpMs + durationMs)) / 1000), 0);
  const load = { warmUpMs, durationMs, messages: (opensAt: number) => messagesOf(options, opensAt) };
  const { since, measuredFrom, sent, sentPerSecond } = await offer(load, send, {
    signal,
    onSent: (events) => bar.update(events),
  });
  bar.stop();
  const sentAt = Date.now();
  const tell = (sentence: string) => void process.stderr.write(`${sentence}\n`);
  for (const sentence of await untilDrained(stores, signal, tell)) tell(sentence);
  const drainedAt = Date.now();
  const sample = await sampleJourneys(stores, since, journeysChecked);
  const histories = sample.slice(0, historiesRead).map(({ journeyId }) => journeyId);
  return {
    offered_per_second: eventsPerSecond,
    seconds: durationMs / 1000,
    load: users === undefined ? 'shop' : `${users} users`,
    sent,
    sent_per_second: sentPerSecond,
    exactness: await checkExactness(stores, sent, since, sample),
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
