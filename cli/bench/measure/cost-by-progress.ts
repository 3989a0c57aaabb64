export interface CostSample {
  /** Events sent so far. */
  readonly events: number;
  /** Processor seconds used so far. */
  readonly seconds: number;
}

/**
 * The cost of the events from the `from`th to the `until`th, in processor seconds an event, between samples by straight
 * lines. `null` where the samples do not reach that far.
 */
export function costPerEvent(samples: readonly CostSample[], from: number, until: number): number | null {
  const [start, end] = [secondsAt(samples, from), secondsAt(samples, until)];
  return start === null || end === null ? null : (end - start) / (until - from);
}

function secondsAt(samples: readonly CostSample[], events: number): number | null {
  const index = samples.findIndex((sample) => sample.events >= events);
  const [before, after] = [samples[index - 1], samples[index]];
  if (after === undefined) return null;
  if (before === undefined || after.events === before.events)
    return after.events === events ? after.seconds : null;
  const share = (events - before.events) / (after.events - before.events);
  return before.seconds + share * (after.seconds - before.seconds);
}
