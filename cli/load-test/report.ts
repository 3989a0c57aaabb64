import type { Exactness } from './exactness.ts';
import type { Percentiles } from './percentiles.ts';

export interface LoadTestResult {
  readonly offered_per_second: number;
  readonly seconds: number;
  /** `shop`, or how many equal users. */
  readonly load: string;
  readonly sent: number;
  /** Messages a second from the first to the last that the broker took. */
  readonly sent_per_second: number;
  readonly exactness: Exactness;
  /** Milliseconds; `null` where nothing was measured. */
  readonly hops: {
    readonly event_to_committed_row: Percentiles | null;
    readonly funnel_step_to_committed_row: Percentiles | null;
    readonly event_to_journey: Percentiles | null;
    readonly deadline_to_alert: Percentiles | null;
  };
  /** Seconds from the last event sent until both lanes had nothing left. */
  readonly drained_after_seconds: number;
}

const hopNames: Readonly<Record<keyof LoadTestResult['hops'], string>> = {
  event_to_committed_row: 'event → committed row',
  funnel_step_to_committed_row: 'funnel step → committed row',
  event_to_journey: 'event → journey',
  deadline_to_alert: 'deadline → alert',
};

export function describeResult(result: LoadTestResult): string {
  const { exactness, hops } = result;
  const rows = Object.entries(hops).map(([name, hop]) =>
    hopRow(hopNames[name as keyof typeof hopNames], hop),
  );
  return [
    `Offered ${result.offered_per_second} events/s for ${result.seconds} s (${result.load}); sent ${result.sent}, ${result.sent_per_second}/s.`,
    `Lost ${exactness.lost}, doubled ${exactness.doubled}; ${exactness.journeysWrong} of ${exactness.journeysChecked} journeys checked are wrong.`,
    `Both lanes were empty ${result.drained_after_seconds} s after the last event.`,
    '',
    [
      ''.padEnd(29),
      ...['count', 'p50 ms', 'p95 ms', 'p99 ms', 'most ms'].map((title) => title.padStart(9)),
    ].join(''),
    ...rows,
  ].join('\n');
}

function hopRow(name: string, hop: Percentiles | null): string {
  if (hop === null) return `${name.padEnd(29)}  not measured`;
  return [
    name.padEnd(29),
    ...[hop.count, hop.p50, hop.p95, hop.p99, hop.most].map((ms) => String(ms).padStart(9)),
  ].join('');
}
