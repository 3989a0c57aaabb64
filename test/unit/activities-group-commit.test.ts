// Every entry is written once, by one write at a time and in bounded groups; a write that fails fails only the callers it must.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { GroupCommit } from '../../activities/group-commit.ts';

const mostEntries = 4;
const concernsEverybody = (error: unknown) => (error as Error).message === 'away';
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** A store that takes a group as a whole or not at all, as a transaction does. */
function createStore(isBad: (entry: number) => boolean, pauseOf: (entry: number) => number) {
  const committed: number[] = [];
  const groups: number[][] = [];
  let writing = 0;
  const write = async (entries: readonly number[]) => {
    expect(writing).toBe(0);
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.length).toBeLessThanOrEqual(mostEntries);
    writing += 1;
    groups.push([...entries]);
    try {
      await turns(pauseOf(entries[0] ?? 0));
      const bad = entries.find(isBad);
      if (bad !== undefined) throw new Error(`refused ${bad}`);
      committed.push(...entries);
    } finally {
      writing -= 1;
    }
  };
  return { write, committed, groups };
}

describe('a group commit', () => {
  it('commits every good entry once, and fails every bad one alone', async () => {
    const arrivals = fc.array(fc.record({ bad: fc.boolean(), pause: fc.nat(2), before: fc.nat(2) }), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(arrivals, async (run) => {
        const store = createStore(
          (entry) => run[entry]?.bad ?? false,
          (entry) => run[entry]?.pause ?? 0,
        );
        const commits = new GroupCommit(store.write, { mostEntries, concernsEverybody });
        const outcomes: Promise<string>[] = [];
        for (const [entry, { before }] of run.entries()) {
          await turns(before);
          outcomes.push(
            commits.commit(entry).then(
              () => {
                // A caller hears of success only after its entry is committed.
                expect(store.committed).toContain(entry);
                return 'committed';
              },
              (error: unknown) => (error as Error).message,
            ),
          );
        }
        const expected = run.map(({ bad }, entry) => (bad ? `refused ${entry}` : 'committed'));
        expect(await Promise.all(outcomes)).toEqual(expected);
        const good = [...run.keys()].filter((entry) => !run[entry]?.bad);
        expect([...store.committed].sort((left, right) => left - right)).toEqual(good);
      }),
      { numRuns: 100 },
    );
  });

  it('writes what gathered during a write as one group, oldest first', async () => {
    const store = createStore(
      () => false,
      () => 3,
    );
    const commits = new GroupCommit(store.write, { mostEntries, concernsEverybody });
    const first = commits.commit(0);
    await turns(1);
    await Promise.all([first, ...[1, 2, 3, 4, 5, 6].map((entry) => commits.commit(entry))]);
    expect(store.groups).toEqual([[0], [1, 2, 3, 4], [5, 6]]);
  });

  it('takes the callers of one turn together', async () => {
    const store = createStore(
      () => false,
      () => 0,
    );
    const commits = new GroupCommit(store.write, { mostEntries, concernsEverybody });
    await Promise.all([0, 1, 2].map((entry) => commits.commit(entry)));
    expect(store.groups).toEqual([[0, 1, 2]]);
  });

  it('works again after a failure, also one that is thrown and not rejected', async () => {
    let isDown = true;
    const commits = new GroupCommit<number>(
      () => {
        if (isDown) throw new Error('down');
        return Promise.resolve();
      },
      { mostEntries, concernsEverybody },
    );
    const outcomes = await Promise.allSettled([1, 2, 3].map((entry) => commits.commit(entry)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    isDown = false;
    await commits.commit(4);
  });

  it('fails all callers of a write at once when the store is away, without a try for each', async () => {
    let writes = 0;
    const away = () => {
      writes += 1;
      return Promise.reject(new Error('away'));
    };
    const commits = new GroupCommit<number>(away, { mostEntries, concernsEverybody });
    const outcomes = await Promise.allSettled([1, 2, 3].map((entry) => commits.commit(entry)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(writes).toBe(1);
  });
});
