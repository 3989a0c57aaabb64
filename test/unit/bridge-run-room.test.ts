// No run gets more history than it can have: before every 32nd letter of a user, or half a megabyte, its size is read, and a
// full one gets none.
import { Client, Connection } from '@temporalio/client';
import { describe, expect, it, vi } from 'vitest';

import type { DeliverLetter } from '../../activities/deliver-letter.ts';
import { readRun, type RunSize } from '../../bridge/journey/read-run.ts';
import { isBackPressure } from '../../bridge/journey/back-pressure.ts';
import { RunIsFull, withRoomInRun } from '../../bridge/journey/run-room.ts';
import type { Letter } from '../../events/letter.ts';

const letter: Letter = { incarnations: {}, appendedUpTo: 0, lines: [] };

function sender(sizes: (RunSize | null)[] = []) {
  const deliver = vi.fn<DeliverLetter>(() => Promise.resolve());
  const readRunOf = vi.fn<(journeyId: string) => Promise<RunSize | null>>(() =>
    Promise.resolve(sizes.shift() ?? null),
  );
  const send = withRoomInRun(deliver, readRunOf);
  const sendMany = async (journeyId: string, count: number) => {
    for (let sent = 0; sent < count; sent += 1) await send(journeyId, letter);
  };
  return { deliver, readRunOf, send, sendMany };
}

describe('a user’s run', () => {
  it('is looked at before every 32nd letter after the first 32, and each user’s for itself', async () => {
    const { deliver, readRunOf, sendMany } = sender();
    await sendMany('u1_a', 32);
    for (let count = 0; count < 40; count += 1) await sendMany(`u1_other${count}`, 1);
    expect(readRunOf).not.toHaveBeenCalled();
    await sendMany('u1_a', 1);
    expect(readRunOf.mock.calls).toEqual([['u1_a']]);
    await sendMany('u1_a', 31);
    expect(readRunOf).toHaveBeenCalledTimes(1);
    await sendMany('u1_a', 1);
    expect(readRunOf).toHaveBeenCalledTimes(2);
    expect(deliver).toHaveBeenCalledTimes(32 + 40 + 33);
  });

  it('is looked at after half a megabyte of letters as well', async () => {
    const { readRunOf, send } = sender();
    const large = { json: 'x'.repeat(250_000) };
    await send('u1_a', large);
    await send('u1_a', large);
    expect(readRunOf).not.toHaveBeenCalled();
    await send('u1_a', large);
    await send('u1_a', large);
    expect(readRunOf).toHaveBeenCalledTimes(1);
    await send('u1_a', large);
    expect(readRunOf).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['events', { events: 8_001, bytes: 1 }],
    ['bytes', { events: 1, bytes: 2_500_001 }],
  ])('with too many %s gets no letter until it has gone on', async (_, size) => {
    const { deliver, send, sendMany } = sender([size, size, { events: 8_000, bytes: 2_500_000 }]);
    await sendMany('u1_a', 32);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = await send('u1_a', letter).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(RunIsFull);
      // The lane sends it again, and everybody else's meanwhile.
      expect(isBackPressure(error)).toBe(true);
    }
    expect(deliver).toHaveBeenCalledTimes(32);
    await send('u1_b', letter);
    await send('u1_a', letter);
    expect(deliver).toHaveBeenCalledTimes(34);
  });

  it('that failed to take a letter is looked at again', async () => {
    const { deliver, readRunOf, send, sendMany } = sender();
    await sendMany('u1_a', 32);
    deliver.mockRejectedValueOnce(new Error('away'));
    await expect(send('u1_a', letter)).rejects.toThrow('away');
    await send('u1_a', letter);
    expect(readRunOf).toHaveBeenCalledTimes(2);
  });
});

it('a server that is away is back-pressure also to whoever looks at a run', async () => {
  const connection = Connection.lazy({ address: '127.0.0.1:1' });
  const { workflow } = new Client({ connection });
  const looking = connection.withDeadline(Date.now() + 300, () => readRun(workflow, 'u1_a'));
  const error = await looking.catch((reason: unknown) => reason);
  expect(isBackPressure(error)).toBe(true);
  await connection.close();
});
