import { setTimeout as delay } from 'node:timers/promises';

import { closeAfter } from '../../simulator/opening-hours.ts';
import { demoProfile } from '../../simulator/profile.ts';
import { publish, type Send, type Sent } from '../../simulator/publisher.ts';
import { openShop } from '../../simulator/shop.ts';
import { expectationsOf, type Deadlines } from './expectations.ts';
import { countCheckoutsInTrouble, readDatabaseTime, readSummaryFigures } from './figures.ts';
import type { Interrupts } from './interrupts.ts';
import { countRejected, observe, type Start, type Stores } from './observer.ts';
import { RateMeter } from './rate-meter.ts';
import type { Screen } from './screen.ts';
import { settle } from './settle.ts';
import { countMessages } from './stream-figures.ts';
import { summaryOf, type Played } from './summary.ts';

export interface Play {
  readonly durationMs: number;
  readonly ratePerSecond: number;
  readonly seed: number;
  readonly stores: Stores;
  readonly send: Send;
  readonly deadlines: Deadlines;
  readonly temporalUi: string | null;
  readonly interrupts: Interrupts;
  readonly screen: Screen;
}

/** Keeps the shop open for its time, shows what comes of it, waits for the rest, and counts. */
export async function play(options: Play): Promise<Played> {
  const { durationMs, interrupts, screen, seed, stores } = options;
  const since: Start = {
    databaseTime: await readDatabaseTime(stores.database),
    deadLetters: await countMessages(stores.kafka, stores.topics.deadLetters.name),
  };
  let sent: Readonly<Sent> = { events: 0, retries: 0, unusable: 0 };
  let waitingFor: string | null = null;
  const openedAt = Date.now();
  const meter = new RateMeter();
  const finished = new AbortController();
  const showing = keepShowing();

  try {
    const shop = openShop({
      seed,
      ratePerSecond: options.ratePerSecond,
      profile: demoProfile,
      opensAt: openedAt,
    });
    sent = await publish({
      messages: closeAfter(durationMs, shop),
      send: options.send,
      signal: interrupts.closing,
      onSent: (total) => (sent = total),
    });
    const notReached = await settle(expectationsOf(stores, since, options.deadlines), {
      signal: interrupts.hurry,
      waitingFor: (sentence) => (waitingFor = sentence),
    });
    waitingFor = notReached.join(' ') || 'Everything has arrived.';
    finished.abort();
    await showing;
    await showNow();
  } finally {
    finished.abort();
    await showing;
    screen.close();
  }
  const [figures, rejected, checkoutsInTrouble] = await Promise.all([
    readSummaryFigures(stores.database, since.databaseTime),
    countRejected(stores, since),
    countCheckoutsInTrouble(stores.database, since.databaseTime),
  ]);
  const summary = summaryOf(sent.events + sent.unusable, rejected, figures);
  return { summary, sentAgain: sent.retries, checkoutsInTrouble };

  async function keepShowing(): Promise<void> {
    while (!finished.signal.aborted) {
      await showNow();
      await delay(screen.everyMs, undefined, { signal: finished.signal }).catch(() => undefined);
    }
  }

  async function showNow(): Promise<void> {
    const observation = await observe(stores, since);
    const elapsedMs = Date.now() - openedAt;
    const total = sent.events + sent.retries + sent.unusable;
    const eventsPerSecond = meter.note(elapsedMs, total);
    const { temporalUi } = options;
    screen.show({
      ...observation,
      elapsedMs,
      durationMs,
      seed,
      sent: total,
      eventsPerSecond,
      temporalUi,
      waitingFor,
    });
  }
}
