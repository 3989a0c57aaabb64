import { readLag } from '../../cli/demo/stream-figures.ts';
import { groupsWithPrefix } from '../../events/topics.ts';
import type { Deployment } from './deployment.ts';
import { waitUntil } from './wait-until.ts';

/** Waits until both lanes have committed all that is on the topic. */
export function untilBothLanesHaveRead({
  kafka,
  settings,
  topics,
}: Pick<Deployment, 'kafka' | 'settings' | 'topics'>): Promise<number[]> {
  const groups = Object.values(groupsWithPrefix(settings.KAFKA_GROUP_PREFIX));
  return kafka.withAdmin((admin) =>
    waitUntil(
      'both lanes have read all',
      () => Promise.all(groups.map((group) => readLag(admin, group, topics.rawEvents.name))),
      (lags) => lags.every((lag) => lag === 0),
    ),
  );
}
