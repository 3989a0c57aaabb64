// After the shop has closed the demo waits for what follows, says for what, and never longer than its bound.
import { describe, expect, it } from 'vitest';

import { settle, type Expectation } from '../../cli/demo/settle.ts';

const never = new AbortController().signal;

function counting(down: number, longestMs = 1000): Expectation {
  let left = down;
  return { missing: async () => left--, describe: (count) => `${count} rows`, longestMs };
}

function options(signal = never) {
  const said: string[] = [];
  let time = 0;
  return {
    said,
    given: {
      signal,
      everyMs: 0,
      now: () => (time += 10),
      waitingFor: (sentence: string) => void said.push(sentence),
    },
  };
}

describe('settle', () => {
  it('waits for one after the other until none is missing', async () => {
    const { said, given } = options();
    expect(await settle([counting(2), counting(0), counting(1)], given)).toEqual([]);
    expect(said).toEqual(['Waiting for 2 rows.', 'Waiting for 1 rows.', 'Waiting for 1 rows.']);
  });

  it('gives up at its bound and says so', async () => {
    const stuck: Expectation = {
      missing: async () => 7,
      describe: (count) => `${count} rows`,
      longestMs: 100,
    };
    const { said, given } = options();
    expect(await settle([stuck, counting(0)], given)).toEqual(['Not waited any longer for 7 rows.']);
    expect(said.length).toBeLessThanOrEqual(10);
  });

  it('does not wait at all once it is told to hurry', async () => {
    const { said, given } = options(AbortSignal.abort());
    expect(await settle([counting(5)], given)).toEqual(['Not waited any longer for 5 rows.']);
    expect(said).toEqual([]);
  });
});
