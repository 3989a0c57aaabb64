// With more to do than there is time for, lanes fall behind together; none stops another, nor what the process owes to timers.
import { expect, it } from 'vitest';

import { LaneTurns } from '../../bridge/lane-turns.ts';

/** Asks again after each of its turns, whose events took so long to be appended, until the test has had so many turns. */
function race(turns: LaneTurns, most: number) {
  const had: string[] = [];
  const run = async (name: string, appendedAt: number, turnMs = 1_000): Promise<number> => {
    let next = appendedAt;
    while (had.length < most) {
      await turns.take(next);
      had.push(name);
      next += turnMs;
    }
    return next;
  };
  return { had, run };
}

const turnsOf = (had: readonly string[], name: string) => had.filter((each) => each === name).length;

it('gives the next turn to whoever is furthest behind', async () => {
  const turns = new LaneTurns();
  const had: number[] = [];
  const ask = (appendedAt: number) => turns.take(appendedAt).then(() => had.push(appendedAt));
  await Promise.all([ask(3_000), ask(1_000), ask(2_000)]);
  expect(had).toEqual([1_000, 2_000, 3_000]);
});

it('keeps lanes together, however far each comes in a turn', async () => {
  const { run } = race(new LaneTurns(), 1_000);
  const [journeys, record] = await Promise.all([run('journeys', 0, 1_000), run('record', 0, 1_500)]);
  // Without it the record would be 250 seconds ahead.
  expect(Math.abs(journeys - record)).toBeLessThanOrEqual(3_000);
});

it('lets one that is behind catch up, three turns for one, and stops nobody', async () => {
  const { had, run } = race(new LaneTurns(), 400);
  await Promise.all([run('live', 3_600_000), run('backlog', 0)]);
  expect(turnsOf(had, 'live')).toBeGreaterThanOrEqual(99);
  expect(turnsOf(had, 'live')).toBeLessThanOrEqual(101);
});

it('waits for nobody who does not ask', async () => {
  const { had, run } = race(new LaneTurns(), 100);
  await run('alone', 3_600_000);
  expect(turnsOf(had, 'alone')).toBe(100);
});

it('leaves timers and sockets their time between turns that never end', async () => {
  const mostTurns = 1_000_000;
  const { had, run } = race(new LaneTurns(), mostTurns);
  const running = Promise.all([run('record', 0), run('journeys', 0)]);
  const turnsBefore = await new Promise<number>((resolve) => setTimeout(() => resolve(had.length), 20));
  expect(turnsBefore).toBeGreaterThan(0);
  expect(turnsBefore).toBeLessThan(mostTurns);
  had.length = mostTurns;
  await running;
});
