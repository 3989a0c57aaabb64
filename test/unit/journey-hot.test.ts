// A journey costs the same per event at the end as at the start: its state does not grow with its events, nor with those
// that wait for a letter, and a backlog of a hundred thousand is applied in one go.
import { describe, expect, it } from 'vitest';

import { Journey } from '../../workflows/journey/journey.ts';
import { newJourney } from '../../workflows/journey/state.ts';
import { answer, read } from '../support/journey-dialogue.ts';
import { add, LetterWriter, minute, rules, view } from '../support/letters.ts';

const start = Date.UTC(2026, 0, 1);

describe('a hot journey', () => {
  it('has a state of the same size after a thousand events and after a hundred thousand', () => {
    const journey = new Journey(newJourney('u1_hot'), rules);
    const writer = new LetterWriter();
    const sizes: number[] = [];
    for (let letter = 0; letter < 200; letter += 1) {
      const from = letter * 500;
      const events = Array.from({ length: 500 }, (_, n) =>
        view(start + (from + n) * 10, `/product/p${(from + n) % 97}`),
      );
      read(journey, writer.letter(...events));
      journey.takeRecord();
      sizes.push(JSON.stringify(journey.state).length);
    }
    expect(journey.state.counts).toMatchObject({ events: 100_000, duplicates: 0 });
    expect(sizes.at(-1)).toBeLessThan((sizes[1] ?? 0) + 200);
  });

  it('takes two hundred letters at once, as after an outage, in the order of their events', () => {
    const journey = new Journey(newJourney('u1_hot'), rules);
    const writer = new LetterWriter();
    const letters = Array.from({ length: 200 }, (_, letter) =>
      writer.letter(
        ...Array.from({ length: 500 }, (__, n) => view(start + letter * 500 + n, `/page/${letter}/${n}`)),
      ),
    );
    for (const letter of letters.reverse()) {
      // Reversed letters would lie below the mark: each is of a partition of its own.
      const partition = letters.indexOf(letter);
      journey.receive({
        ...letter,
        incarnations: { [partition]: 'first' },
        lines: letter.lines.map(([, ...rest]) => [partition, ...rest] as const),
      });
    }
    read(journey);
    expect(journey.hasWaitingEvents).toBe(false);
    expect(journey.state.session).toMatchObject({
      ...{ events: 100_000, entryPage: '/page/0/0', lastPage: '/page/199/499', startedAt: start },
    });
  });
});

describe('events behind a deadline', () => {
  it('wait for a letter that the record knows of, but not in any number', () => {
    const journey = new Journey(newJourney('u1_a'), rules);
    const writer = new LetterWriter();
    read(journey, writer.letter(add(start, 'p1', 10)));
    const later = start + 90 * minute;
    const more = (count: number) => {
      const events = Array.from({ length: count }, (_, n) => view(later + n, '/home'));
      read(journey, writer.letter(...events));
    };
    more(1);
    expect(journey.silenceInQuestion(later)).toMatchObject({ after: start, until: start + 30 * minute });
    answer(journey, later, { silent: false, lastEventAt: start + 20 * minute, visitorId: null });
    more(1_998);
    expect(journey.silenceInQuestion(later + minute)).toBeNull();
    more(1);
    // Asked once more, about the time since the event that nobody has brought.
    expect(journey.silenceInQuestion(later + minute)).toMatchObject({
      after: start + 20 * minute,
      until: start + 50 * minute,
    });
    answer(journey, later + minute, { silent: true });
    journey.advance();
    expect(journey.hasWaitingEvents).toBe(false);
    expect(journey.state).toMatchObject({ abandonments: 1, cart: null, counts: { events: 2_001 } });
  });
});
