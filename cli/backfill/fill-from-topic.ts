import { randomUUID } from 'node:crypto';

import type { RecordFiller } from '../../bridge/backfill/record-filler.ts';
import { connectKafka } from '../../connections/kafka.ts';
import type { Log } from '../../connections/log.ts';
import { topicsWithPrefix } from '../../events/topics.ts';
import type { Settings } from '../../settings/settings.ts';
import { topicEnds } from '../topic-ends.ts';
import { openBackfillBar } from './progress-bar.ts';

/**
 * Reads `raw-events` from its beginning to where it ends now, or until `signal`, beside the bridge's groups. What comes
 * meanwhile is for the bridge.
 */
export async function fillFromTopic(
  filler: RecordFiller,
  settings: Settings,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const kafka = connectKafka(settings, log);
  const topic = topicsWithPrefix(settings.KAFKA_TOPIC_PREFIX).rawEvents.name;
  const ends = await topicEnds(kafka, topic);
  const ranges = ends.map(({ partition, start: from, end: until }) => ({ partition, from, until }));
  const total = ranges.reduce((sum, { from, until }) => sum + until - from, 0);
  const bar = openBackfillBar(total);
  const groupId = `${settings.KAFKA_GROUP_PREFIX}-backfill-${randomUUID()}`;
  let read = 0;
  try {
    await kafka.readRanges({ topic, groupId, ranges, signal }, async ({ partition, messages }) => {
      if (signal.aborted) return;
      await filler.add(
        messages.map(({ offset, value, appendedAt }) => ({ at: { partition, offset }, value, appendedAt })),
      );
      read += messages.length;
      bar.update(read, filler.counts);
    });
  } finally {
    bar.update(read, await filler.finish());
    bar.stop();
  }
}
