import { offer, untilDrained, type Load, type Offered } from '../load-test/offer.ts';
import type { FreshSystem } from './fresh-system.ts';
import { watchLag, type LagSample } from './measure/lag.ts';
import type { Bench } from './scenario.ts';

export interface SteadyLoad extends Load {
  readonly eventsPerSecond: number;
}

export interface Measured extends Offered {
  readonly lags: readonly LagSample[];
}

const tellEveryMs = 10_000;

/** Offers the load and watches both lanes' lag meanwhile. What was sent may still be under way. */
export async function offerWatched(
  { signal, tell }: Bench,
  { stores, send }: FreshSystem,
  load: SteadyLoad,
): Promise<Measured> {
  const seconds = Math.round((load.warmUpMs + load.durationMs) / 1_000);
  tell(
    `Offering ${load.eventsPerSecond} events/s for ${seconds} s, the first ${load.warmUpMs / 1_000} s not measured.`,
  );
  const lag = watchLag(stores);
  let toldAt = Date.now();
  try {
    const offered = await offer(load, send, {
      signal,
      onSent: (events) => {
        if (Date.now() - toldAt < tellEveryMs) return;
        toldAt = Date.now();
        tell(`${events} events sent.`);
      },
    });
    await lag.stop();
    signal.throwIfAborted();
    tell(`Sent ${offered.sent} events, ${offered.sentPerSecond}/s.`);
    return { ...offered, lags: lag.samples };
  } finally {
    await lag.stop();
  }
}

/** The same, and waits until both lanes have nothing left. */
export async function offerSteadily(bench: Bench, system: FreshSystem, load: SteadyLoad): Promise<Measured> {
  const measured = await offerWatched(bench, system, load);
  await waitForAll(bench, system);
  return measured;
}

export async function waitForAll({ signal, tell }: Bench, { stores }: FreshSystem): Promise<void> {
  tell('Waiting until all have arrived.');
  for (const sentence of await untilDrained(stores, signal, () => undefined)) tell(sentence);
  signal.throwIfAborted();
}

/** The first and the last part of the measured time, each so long. */
export function endsOf({ measuredFrom, until }: Pick<Offered, 'measuredFrom' | 'until'>, partMs: number) {
  return {
    first: { from: measuredFrom.getTime(), until: measuredFrom.getTime() + partMs },
    last: { from: until.getTime() - partMs, until: until.getTime() },
  };
}
