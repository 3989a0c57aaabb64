// One partition's events are recorded in order, each once, in batches that follow the backlog; steps overlap, what is under
// way has a bound, a batch is published only behind its rows, and after a failure nothing more begins.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LaneTurns } from '../../bridge/lane-turns.ts';
import { PartitionRecorder } from '../../bridge/record/partition-recorder.ts';
import { RecordedBatch } from '../../bridge/record/recorded-batch.ts';
import type { RecordSteps } from '../../bridge/record/record-steps.ts';
import { shopEvent } from '../support/shop-event.ts';

interface Step {
  readonly kind: 'write' | 'publish';
  readonly batch: RecordedBatch;
  readonly end: () => void;
  readonly fail: (error: Error) => void;
}

const offsetsOf = (batch: RecordedBatch) => batch.events.map(({ eventId }) => Number(eventId));
const turns = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
};

/** A recorder whose steps end when the test says so. */
function recorder(batchSize: number, preparedAhead = Math.ceil(batchSize / 4)) {
  const open: Step[] = [];
  const begun: Step[] = [];
  const failures: unknown[] = [];
  let rooms = 0;
  const begin = (kind: Step['kind'], batch: RecordedBatch): Promise<void> =>
    new Promise((resolve, reject) => {
      const step: Step = {
        kind,
        batch,
        end: () => {
          open.splice(open.indexOf(step), 1);
          resolve();
        },
        fail: (error) => {
          open.splice(open.indexOf(step), 1);
          reject(error);
        },
      };
      open.push(step);
      begun.push(step);
    });
  const steps: RecordSteps = {
    open: (partition, next) =>
      new RecordedBatch(
        { topic: 'raw-events', partition, next },
        (_message, _partition, offset) => ({ usable: true, event: shopEvent({ eventId: String(offset) }) }),
        () => false,
      ),
    write: (batch) => begin('write', batch),
    publish: (batch) => begin('publish', batch),
  };
  const subject = new PartitionRecorder(
    0,
    steps,
    { limits: { batchSize, preparedAhead }, turns: new LaneTurns() },
    {
      onRoom: () => (rooms += 1),
      onFailure: (error) => failures.push(error),
    },
  );
  let offset = 0;
  return {
    subject,
    open,
    begun,
    failures,
    rooms: () => rooms,
    take: (count: number) => {
      const messages = Array.from({ length: count }, () => ({
        offset: offset++,
        appendedAt: 0,
        value: null,
      }));
      subject.take({ messages, nextOffset: offset });
    },
    taken: () => offset,
    of: (kind: Step['kind']) => begun.filter((step) => step.kind === kind).map(({ batch }) => batch),
  };
}

describe('a partition’s recorder', () => {
  it('keeps order, loses and repeats nothing, and keeps its bounds, however steps and arrivals interleave', async () => {
    const move = fc.oneof(
      fc.record({ take: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ end: fc.nat({ max: 5 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(move, { maxLength: 60 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 14 }),
        async (moves, batchSize, preparedAhead) => {
          const { subject, open, begun, failures, take, taken, of } = recorder(batchSize, preparedAhead);
          const check = () => {
            const under = (kind: Step['kind']) => open.filter((step) => step.kind === kind).length;
            expect(under('write')).toBeLessThanOrEqual(1);
            expect(under('publish')).toBeLessThanOrEqual(1);
            expect(of('write').length - of('publish').length).toBeLessThanOrEqual(2);
          };
          for (const next of moves) {
            if ('take' in next) take(next.take);
            else open[next.end % Math.max(1, open.length)]?.end();
            await new Promise(setImmediate);
            check();
          }
          // What came last has its turn.
          await turns();
          while (open.length > 0) {
            open[0]?.end();
            await turns();
            check();
          }
          await subject.finish();
          expect(failures).toEqual([]);
          const written = of('write');
          expect(written.flatMap(offsetsOf)).toEqual(Array.from({ length: taken() }, (_, n) => n));
          expect(of('publish')).toEqual(written);
          for (const batch of written) {
            expect(batch.events.length).toBeLessThanOrEqual(batchSize);
            expect(batch.next).toBe((offsetsOf(batch).at(-1) ?? 0) + 1);
            const [write, publish] = begun.filter((step) => step.batch === batch);
            expect([write?.kind, publish?.kind]).toEqual(['write', 'publish']);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('writes a single event at once, and what comes meanwhile together', async () => {
    const { open, of, take } = recorder(100);
    take(1);
    await turns();
    expect(of('write').map(offsetsOf)).toEqual([[0]]);
    take(2);
    take(3);
    await turns();
    expect(of('write')).toHaveLength(1);
    open[0]?.end();
    await turns();
    expect(of('write').map(offsetsOf)).toEqual([[0], [1, 2, 3, 4, 5]]);
  });

  it.each([
    ['prepares a large batch while the one before is written', 10, false],
    ['lets a small one gather meanwhile', 101, true],
  ])('%s', async (_, preparedAhead, waits) => {
    const { subject, of, take } = recorder(100, preparedAhead);
    take(1);
    await turns();
    take(100);
    await turns();
    expect(of('write')).toHaveLength(1);
    expect(subject.isFull).toBe(waits);
  });

  it('is full at a batch that waits, and tells when there is room again', async () => {
    const { subject, rooms, open, take } = recorder(10, 10);
    take(9);
    expect(subject.isFull).toBe(false);
    await turns();
    take(9);
    await turns();
    take(10);
    expect(subject.isFull).toBe(true);
    const before = rooms();
    while (open.length > 0) {
      open[0]?.end();
      await turns();
    }
    expect(rooms()).toBeGreaterThan(before);
    expect(subject.isFull).toBe(false);
  });

  it('commits past the markers that follow a batch, once all of it is recorded', async () => {
    const { subject, of } = recorder(10);
    const messages = [{ offset: 4, appendedAt: 0, value: null }];
    subject.take({ messages, nextOffset: 9 });
    await turns();
    expect(of('write').map(({ next }) => next)).toEqual([9]);
  });

  it.each(['write', 'publish'] as const)('begins nothing after a %s that failed', async (kind) => {
    const { subject, open, begun, failures, take } = recorder(10);
    const unknown = new Error('column does not exist');
    take(1);
    await turns();
    if (kind === 'publish') {
      open[0]?.end();
      await turns();
    }
    take(3);
    open.find((step) => step.kind === kind)?.fail(unknown);
    await turns();
    const count = begun.filter((step) => step.batch.events.length === 3 && step.kind === 'publish').length;
    take(5);
    await turns();
    expect(failures).toContain(unknown);
    expect(count).toBe(0);
    expect(begun.some(({ batch }) => batch.events.length === 5)).toBe(false);
    while (open.length > 0) open[0]?.end();
    await subject.finish();
  });

  it('finishes what is under way and takes no more', async () => {
    const { subject, open, of, take } = recorder(10);
    take(2);
    await turns();
    const finished = subject.finish();
    take(2);
    while (open.length > 0) {
      open[0]?.end();
      await turns();
    }
    await finished;
    expect(of('publish').map(offsetsOf)).toEqual([[0, 1]]);
  });
});
