// A user's events lie on the partition where every other producer puts them, or their order is lost.
import fc from 'fast-check';
import { Partitioners, type PartitionerArgs } from 'kafkajs';
import { expect, it } from 'vitest';

import { keyPartitioner } from '../../connections/key-partitioner.ts';

const ours = keyPartitioner();
const theirs = Partitioners.DefaultPartitioner();

const argsOf = (message: Partial<PartitionerArgs['message']>, partitions: number): PartitionerArgs => ({
  topic: 'raw-events',
  message: { value: null, ...message },
  partitionMetadata: Array.from({ length: partitions }, (_, partitionId) => ({
    ...{ partitionErrorCode: 0, partitionId, leader: 1, replicas: [1], isr: [1] },
  })),
});

it('sends each key where the library’s partitioner sends it, text or bytes', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.uuid(), fc.emailAddress());
  const bytes = fc.uint8Array().map((each) => Buffer.from(each));
  fc.assert(
    fc.property(fc.oneof(text, bytes), fc.integer({ min: 1, max: 64 }), (key, partitions) => {
      const args = argsOf({ key }, partitions);
      expect(ours(args)).toBe(theirs(args));
    }),
    { numRuns: 2_000 },
  );
});

it('sends a key where Kafka’s Java client does', () => {
  // From the client's own tests, of keys over a thousand partitions: UtilsTest.testMurmur2.
  const hashes: Readonly<Record<string, number>> = {
    '21': -973_932_308,
    foobar: -790_332_482,
    'a-little-bit-long-string': -985_981_536,
    'a-little-bit-longer-string': -1_486_304_829,
    lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58_897_971,
    abc: 479_470_107,
  };
  for (const [key, hash] of Object.entries(hashes))
    expect(ours(argsOf({ key }, 1_000)), key).toBe((hash & 0x7fff_ffff) % 1_000);
});

it('spreads what has no key over all partitions, and heeds a partition that is named', () => {
  const chosen = Array.from({ length: 30 }, () => ours(argsOf({ key: null }, 3)));
  expect(new Set(chosen)).toEqual(new Set([0, 1, 2]));
  expect(ours(argsOf({ key: 'ann', partition: 2 }, 3))).toBe(2);
});
