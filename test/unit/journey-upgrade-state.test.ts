// Protects journeys across releases: a state that another release wrote is taken up by today's reducers. Each release's
// stored histories show what it wrote at continue-as-new; what an older state lacks gets its default, what only a newer one
// knows is kept.
import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Journey } from '../../workflows/journey/journey.ts';
import { newJourney, type JourneyState } from '../../workflows/journey/state.ts';
import { upgradeState } from '../../workflows/journey/upgrade-state.ts';
import { viewOf } from '../../workflows/journey/view.ts';
import type { JourneyStart } from '../../workflows/user-journey.ts';
import { answer, read } from '../support/journey-dialogue.ts';
import { add, LetterWriter, view } from '../support/letters.ts';
import { historyFromText } from '../workflows/history-file.ts';
import { currentRelease, storedHistories } from '../workflows/history-folders.ts';

/** What a journey's run of each release handed on when it continued as new. */
const handedOn = storedHistories().flatMap(({ release, name, path }) => {
  const { events } = historyFromText(readFileSync(path, 'utf8'));
  return events.flatMap(({ workflowExecutionContinuedAsNewEventAttributes: continued }) => {
    const data = continued?.input?.payloads?.[0]?.data;
    if (!data || continued.workflowType?.name !== 'userJourney') return [];
    const { state, rules } = JSON.parse(Buffer.from(data).toString()) as Required<JourneyStart>;
    return [{ from: `${release}/${name}`, release, state, rules }];
  });
});

it('has what the release in package.json hands on, with an open cart in it', () => {
  const own = handedOn.filter(({ release }) => release === currentRelease);
  expect(own.length).toBeGreaterThan(0);
  expect(own.some(({ state }) => state.cart !== null)).toBe(true);
});

describe.each(handedOn)('a state from $from', ({ state: stored, rules }) => {
  it('goes on: it takes a letter, shows itself, and its cart meets its deadline once', () => {
    const state = upgradeState(stored.journeyId, structuredClone(stored));
    expect(Object.keys(state)).toEqual(expect.arrayContaining(Object.keys(newJourney('u1_x'))));
    const journey = new Journey(state, rules);
    const at = stored.lastEventAt + 1_000;
    const writer = new LetterWriter('another');
    read(
      journey,
      writer.letter(
        { ...view(at, '/home'), eventId: 'next-1' },
        { ...add(at + 1, 'p9', 5), eventId: 'next-2' },
      ),
    );
    expect(viewOf(journey, rules).counts.events).toBe(stored.counts.events + 2);
    expect(journey.takeRecord()?.carts).toMatchObject([{ status: 'open', cartId: stored.cart?.cartId }]);
    answer(journey, journey.nextWake(), { silent: true });
    expect(journey.takeRecord()?.alerts).toHaveLength(1);
    expect(journey.deadline()).toBeNull();
  });
});

describe('upgradeState', () => {
  const full = (): JourneyState => ({
    ...newJourney('u1_x'),
    lastEventAt: 7,
    purchases: 3,
    counts: { ...newJourney('u1_x').counts, events: 9 },
  });

  it('begins a new journey where nothing was handed on', () => {
    expect(upgradeState('u1_x')).toEqual(newJourney('u1_x'));
  });

  it('changes nothing in a state of this release', () => {
    expect(upgradeState('u1_x', full())).toEqual(full());
  });

  it('gives each field that an older state lacks its default, and leaves the others as they are', () => {
    const names = Object.keys(newJourney('u1_x')).filter((name) => name !== 'journeyId');
    fc.assert(
      fc.property(fc.subarray(names), (lacking) => {
        const older = Object.fromEntries(Object.entries(full()).filter(([name]) => !lacking.includes(name)));
        const upgraded: Record<string, unknown> = { ...upgradeState('u1_x', older) };
        const expected: Record<string, unknown> = { ...full() };
        const fresh: Record<string, unknown> = { ...newJourney('u1_x') };
        for (const name of lacking) expected[name] = fresh[name];
        expect(upgraded).toEqual(expected);
      }),
    );
  });

  it('starts a count that is new at its default, beside those that were kept', () => {
    const { letters, ...older } = { ...full().counts };
    expect(letters).toBe(0);
    const stored = { ...full(), counts: older as JourneyState['counts'] };
    expect(upgradeState('u1_x', stored).counts).toEqual(full().counts);
  });

  it('keeps what only a newer release knows, so that going back and forth loses nothing', () => {
    const newer = { ...full(), mood: 'hesitating' };
    expect(upgradeState('u1_x', newer)).toEqual(newer);
  });
});
