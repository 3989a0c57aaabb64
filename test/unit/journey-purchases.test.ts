/**
 * Protects: a purchase that a shop shows twice, by the order's event and by a page, counts once with the order's value,
 * in either order, late or not; and an event of an old log does not come back.
 */
import { describe, expect, it } from 'vitest';

import { read } from '../support/journey-dialogue.ts';
import { add, buy, hour, LetterWriter, rules, view, type WrittenEvent } from '../support/letters.ts';
import { Journey } from '../../workflows/journey/journey.ts';
import { newJourney } from '../../workflows/journey/state.ts';

const start = Date.UTC(2026, 0, 1);
const page = (at: number) => view(start + at, '/purchase-complete');
const order = (at: number, value: number) => buy(start + at, value, 'order-1');
const item = add(start, 'p1', 10);

/** Each event in a letter of its own. */
function after(...events: WrittenEvent[]): Journey {
  const journey = new Journey(newJourney('u1_a'), rules);
  const writer = new LetterWriter();
  for (const event of events) {
    read(journey, writer.letter(event));
    const question = journey.silenceInQuestion(event.at);
    if (question) journey.answered(question, { silent: true }, event.at);
    journey.advance();
  }
  return journey;
}

describe('one purchase shown twice', () => {
  it.each([
    { what: 'page, then order', events: [item, page(1000), order(2000, 42)] },
    { what: 'order, then page', events: [item, order(1000, 42), page(2000)] },
    {
      what: 'page, a new session, then order',
      events: [item, page(1000), view(start + 2 * hour, '/'), order(2000, 42)],
    },
    {
      what: 'order, a new cart, then the page before it',
      events: [item, order(1000, 42), add(start + 3000, 'p2', 5), page(2000)],
    },
  ])('counts once: $what', ({ events }) => {
    const { state } = after(...events);
    expect([state.purchases, state.purchasedValue]).toEqual([1, 42]);
  });
});

it('ends its cart even when the purchase is late', () => {
  const { state } = after(item, view(start + 600_000, '/home'), order(1000, 10));
  expect(state.counts.late).toBe(1);
  expect([state.cart, state.purchases, state.abandonments]).toEqual([null, 1, 0]);
});

it('takes a log that was made again from offset zero, and drops what the old one delivers again', () => {
  const journey = after();
  const old = new LetterWriter('old').letter({ ...item, eventId: 'old-1' });
  const renewed = new LetterWriter('new').letter({ ...add(start + 1, 'p1', 10), eventId: 'new-1' });
  for (const letter of [old, renewed, old, renewed]) read(journey, letter);
  journey.advance();
  expect(journey.state.counts).toMatchObject({ events: 2, duplicates: 2 });
});
