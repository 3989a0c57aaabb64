import type { Stores } from '../../demo/observer.ts';
import { readLag } from '../../demo/stream-figures.ts';
import { median } from './median.ts';
import { watch, type Watch } from './watch.ts';

export interface LagSample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Messages that the group has not committed yet. */
  readonly record: number;
  readonly journey: number;
}

const everyMs = 1_000;

/** Notes the lag of both lanes once a second, until `stop`. A reading that fails is left out. */
export const watchLag = ({
  kafka,
  groups,
  topics,
}: Pick<Stores, 'kafka' | 'groups' | 'topics'>): Watch<LagSample> =>
  watch(everyMs, () => {
    const at = Date.now();
    const { name } = topics.rawEvents;
    return Promise.all([readLag(kafka, groups.record, name), readLag(kafka, groups.journey, name)]).then(
      ([record, journey]) => ({ at, record, journey }),
      () => null,
    );
  });

export interface LagWindow {
  readonly from: number;
  readonly until: number;
}

/**
 * How much a lane's lag grew from the first window to the last, in seconds of the load: medians, as a commit comes twice a
 * second and each reading falls somewhere between two. `null` when a window holds no sample.
 */
export function lagGrowth(
  samples: readonly LagSample[],
  lane: 'record' | 'journey',
  windows: { readonly first: LagWindow; readonly last: LagWindow },
  eventsPerSecond: number,
): number | null {
  const first = medianLag(samples, lane, windows.first);
  const last = medianLag(samples, lane, windows.last);
  return first === null || last === null ? null : (last - first) / eventsPerSecond;
}

export function medianLag(
  samples: readonly LagSample[],
  lane: 'record' | 'journey',
  { from, until }: LagWindow,
): number | null {
  return median(samples.filter(({ at }) => at >= from && at < until).map((sample) => sample[lane]));
}
