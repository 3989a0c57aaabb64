import { randomUUID } from 'node:crypto';

import type { Reading } from '../activities/keep-readings.ts';

/** What a bridge counts between two readings. */
export const counted = ['events_recorded', 'events_rejected', 'letters_sent', 'letter_events_sent'] as const;
export type Counted = (typeof counted)[number];

/** What is read as it is at the instant. */
export type Gauge = 'letters_per_second' | 'events_waiting';

/** Counts what the lanes of one bridge do. A reading takes the counts and begins anew: added up, no event counts twice. */
export class Tally {
  private readonly counts = new Map<Counted, number>();
  private readonly gauges = new Map<Gauge, () => number>();
  private readonly source = `bridge ${randomUUID().slice(0, 8)}`;

  /** Says what this bridge counts: a count of zero is a reading too. */
  expect(...names: readonly Counted[]): void {
    for (const name of names) this.counts.set(name, 0);
  }

  add(name: Counted, by: number): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  gauge(name: Gauge, read: () => number): void {
    this.gauges.set(name, read);
  }

  take(): Reading[] {
    const { source } = this;
    const readings = [...this.counts].map(([metric, value]) => ({ metric, value, source }));
    for (const name of this.counts.keys()) this.counts.set(name, 0);
    const gauges = [...this.gauges].map(([metric, read]) => ({ metric, value: read(), source }));
    return [...readings, ...gauges];
  }
}
