import { randomUUID } from 'node:crypto';

import type { StartOffset } from '../../connections/kafka-offsets.ts';

const prefix = 'incarnation:';

/**
 * The incarnation of each partition, kept as the metadata of the group's committed offset: a broker forgets a group's
 * offsets of a topic with the topic, so a topic that was made again has none and gets a new name here. The caller
 * commits the names before it sends the first letter.
 */
export function incarnationsOf(starts: ReadonlyMap<number, StartOffset>): Map<number, string> {
  return new Map(
    [...starts].map(([partition, { metadata }]) => [partition, nameIn(metadata) || randomUUID().slice(0, 8)]),
  );
}

const nameIn = (metadata: string): string =>
  metadata.startsWith(prefix) ? metadata.slice(prefix.length) : '';

export const asMetadata = (incarnation: string): string => prefix + incarnation;
