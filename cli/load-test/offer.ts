import { closeAfter } from '../../simulator/opening-hours.ts';
import { publish, type Send } from '../../simulator/publisher.ts';
import type { ShopMessage } from '../../simulator/shop.ts';
import type { Stores } from '../demo/observer.ts';
import { settle } from '../demo/settle.ts';
import { readLag } from '../demo/stream-figures.ts';

export interface Load {
  /** In time order; event times count from `opensAt`, milliseconds since 1970. */
  readonly messages: (opensAt: number) => Iterable<ShopMessage>;
  /** Offered before, and not measured: the first letters start the users' workflows. */
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface Offered {
  readonly since: Date;
  /** Where the warm-up ended. */
  readonly measuredFrom: Date;
  /** When the last event was due. */
  readonly until: Date;
  readonly sent: number;
  /** From the first to the last event that the broker took. */
  readonly sentPerSecond: number;
}

const longestDrainMs = 300_000;

/** Sends each event when it is due, by its own clock: what is slow to be taken shows in the latencies. */
export async function offer(
  load: Load,
  send: Send,
  { signal, onSent }: { readonly signal: AbortSignal; readonly onSent?: (events: number) => void },
): Promise<Offered> {
  const offeredMs = load.warmUpMs + load.durationMs;
  const since = Date.now();
  const sent = await publish({
    messages: closeAfter(offeredMs, load.messages(since)),
    send,
    signal,
    everyMs: 10,
    onSent: ({ events }) => onSent?.(events),
  });
  return {
    since: new Date(since),
    measuredFrom: new Date(since + load.warmUpMs),
    until: new Date(since + offeredMs),
    sent: sent.events,
    sentPerSecond: Math.round((sent.events * 1000) / (Date.now() - since)),
  };
}

/** Waits until every group has nothing left, within a bound. Gives back a sentence for each that has. */
export function untilDrained(
  {
    kafka,
    groups,
    topics,
  }: Pick<Stores, 'kafka' | 'topics'> & { readonly groups: Readonly<Record<string, string>> },
  signal: AbortSignal,
  waitingFor: (sentence: string) => void,
): Promise<string[]> {
  const expectations = Object.values(groups).map((group) => ({
    missing: () => readLag(kafka, group, topics.rawEvents.name),
    describe: (missing: number) => `${missing} messages of ${group}`,
    longestMs: longestDrainMs,
  }));
  return settle(expectations, { signal, waitingFor, everyMs: 1_000 });
}
