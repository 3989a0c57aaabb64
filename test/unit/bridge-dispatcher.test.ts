// Letters go out within the limits, urgent ones first and at once; an error stops everything, and a stop loses no letter under way.
import { afterEach, describe, expect, it, vi } from 'vitest';

import { Dispatcher } from '../../bridge/journey/dispatcher.ts';
import { Mailbox, type OutgoingLetter } from '../../bridge/journey/mailbox.ts';
import { Pace } from '../../bridge/journey/pace.ts';
import { mailOf } from '../support/mail.ts';

interface Sent {
  readonly letter: OutgoingLetter;
  readonly arrive: () => void;
  readonly fail: (error: Error) => void;
}

const stops: AbortController[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop.abort()));

function office(
  limits = { mostInFlight: 4, mostCalmInFlight: 2, mostPressedInFlight: 2 },
  lettersPerSecond = 5_000,
  pressure = { isOn: false, share: 0 },
) {
  const mailbox = new Mailbox({ mostEvents: 10, mostBytes: 1_000_000 });
  const stop = new AbortController();
  stops.push(stop);
  const pace = new Pace(
    { leastPerSecond: lettersPerSecond, mostPerSecond: lettersPerSecond },
    performance.now(),
  );
  const underWay = new Map<string, Sent>();
  const started: string[] = [];
  const send = (letter: OutgoingLetter) =>
    new Promise<void>((resolve, reject) => {
      expect(underWay.has(letter.journeyId)).toBe(false);
      const over = (end: () => void) => () => {
        underWay.delete(letter.journeyId);
        end();
      };
      started.push(letter.journeyId);
      underWay.set(letter.journeyId, {
        letter,
        arrive: over(resolve),
        fail: (error) => over(() => reject(error))(),
      });
    });
  const dispatcher = new Dispatcher(mailbox, pace, send, limits, pressure);
  let offset = 0;
  const post = (journeyId: string, urgent: boolean) => {
    offset += 1;
    mailbox.post(mailOf(journeyId, offset, urgent));
    dispatcher.notice();
  };
  const calm = () => [...underWay.values()].filter(({ letter }) => !letter.urgent).length;
  return { mailbox, stop, underWay, started, dispatcher, post, calm };
}

const settled = (promise: Promise<void>) => {
  const state = { over: false };
  const note = () => {
    state.over = true;
  };
  promise.then(note, note);
  return state;
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('letters', () => {
  it('that are urgent go before those that waited longer', async () => {
    const { dispatcher, stop, post, started, underWay } = office({
      mostInFlight: 2,
      mostCalmInFlight: 2,
      mostPressedInFlight: 2,
    });
    for (const user of ['calm-1', 'calm-2', 'calm-3']) post(user, false);
    for (const user of ['urgent-1', 'urgent-2', 'urgent-3']) post(user, true);
    const running = dispatcher.run(stop.signal);
    await vi.waitFor(() => expect(started).toEqual(['urgent-1', 'urgent-2']));
    underWay.get('urgent-1')?.arrive();
    await vi.waitFor(() => expect(started).toHaveLength(3));
    expect(started[2]).toBe('urgent-3');
    stop.abort();
    for (const { arrive } of [...underWay.values()]) arrive();
    await running;
  });

  it('do not wait for the pace under pressure, the fullest first, a few at a time', async () => {
    const limits = { mostInFlight: 4, mostCalmInFlight: 4, mostPressedInFlight: 2 };
    const { dispatcher, stop, post, started, underWay } = office(limits, 1, { isOn: true, share: 1 });
    for (const user of ['small-1', 'small-2', 'small-3']) post(user, false);
    for (let event = 0; event < 10; event += 1) post('full', false);
    const running = dispatcher.run(stop.signal);
    await vi.waitFor(() => expect(started).toEqual(['full', 'small-1']));
    underWay.get('full')?.arrive();
    await vi.waitFor(() => expect(started).toEqual(['full', 'small-1', 'small-2']));
    stop.abort();
    for (const { arrive } of [...underWay.values()]) arrive();
    await running;
  });

  it('that are calm leave room for urgent ones, and all keep the limits', async () => {
    const { dispatcher, stop, post, started, underWay, calm } = office();
    for (let user = 0; user < 10; user += 1) post(`calm-${user}`, false);
    const running = dispatcher.run(stop.signal);
    await vi.waitFor(() => expect(calm()).toBe(2));
    for (let user = 0; user < 10; user += 1) post(`urgent-${user}`, true);
    await vi.waitFor(() => expect(underWay.size).toBe(4));
    expect(calm()).toBe(2);
    while (started.length < 20 || underWay.size > 0) {
      expect(underWay.size).toBeLessThanOrEqual(4);
      expect(calm()).toBeLessThanOrEqual(2);
      underWay.values().next().value?.arrive();
      await vi.waitFor(() => expect(underWay.size > 0 || started.length === 20).toBe(true));
    }
    expect(new Set(started).size).toBe(20);
    stop.abort();
    await running;
  });

  it('of one user follow each other, with what gathered meanwhile', async () => {
    const { dispatcher, stop, post, underWay, started } = office();
    const running = dispatcher.run(stop.signal);
    post('ann', true);
    await vi.waitFor(() => expect(underWay.size).toBe(1));
    post('ann', true);
    post('ann', false);
    post('bob', true);
    await vi.waitFor(() => expect(started).toEqual(['ann', 'bob']));
    underWay.get('ann')?.arrive();
    await vi.waitFor(() =>
      expect(underWay.get('ann')?.letter.mail.map(({ offset }) => offset)).toEqual([2, 3]),
    );
    stop.abort();
    for (const { arrive } of [...underWay.values()]) arrive();
    await running;
  });

  it('that are calm wait for the pace, and urgent ones do not', async () => {
    const { dispatcher, stop, post, underWay, started } = office(
      { mostInFlight: 4, mostCalmInFlight: 4, mostPressedInFlight: 4 },
      1,
    );
    post('calm-1', false);
    const running = dispatcher.run(stop.signal);
    await turn();
    post('urgent-1', true);
    await vi.waitFor(() => expect(started).toEqual(['urgent-1']), { interval: 1, timeout: 300 });
    await vi.waitFor(() => expect(started).toEqual(['urgent-1', 'calm-1']), { timeout: 3_000 });
    stop.abort();
    for (const { arrive } of [...underWay.values()]) arrive();
    await running;
  });
});

describe('the end', () => {
  it('comes with the first error, and nothing is sent after it', async () => {
    const { dispatcher, stop, post, underWay, started } = office();
    const running = dispatcher.run(stop.signal);
    for (const user of ['ann', 'bob']) post(user, true);
    await vi.waitFor(() => expect(underWay.size).toBe(2));
    const failed = expect(running).rejects.toThrow('first');
    underWay.get('ann')?.fail(new Error('first'));
    underWay.get('bob')?.fail(new Error('second'));
    await failed;
    post('cem', true);
    await turn();
    expect(started).toEqual(['ann', 'bob']);
  });

  it('waits for the letters under way, and sends no other', async () => {
    const { dispatcher, stop, post, underWay, started, mailbox } = office();
    const running = dispatcher.run(stop.signal);
    const state = settled(running);
    for (const user of ['ann', 'bob']) post(user, true);
    await vi.waitFor(() => expect(underWay.size).toBe(2));
    stop.abort();
    post('cem', true);
    underWay.get('ann')?.arrive();
    await turn();
    await turn();
    expect(state.over).toBe(false);
    underWay.get('bob')?.arrive();
    await running;
    expect(started).toEqual(['ann', 'bob']);
    expect(mailbox.size).toBe(1);
  });

  it('comes at once when nothing is under way, also when it was asked for before the start', async () => {
    const waiting = office();
    const running = waiting.dispatcher.run(waiting.stop.signal);
    await turn();
    waiting.stop.abort();
    await running;
    const stopped = office();
    stopped.stop.abort();
    stopped.post('ann', true);
    await stopped.dispatcher.run(stopped.stop.signal);
    expect(stopped.started).toEqual([]);
  });

  it('after a stop still tells of a letter that fails', async () => {
    const { dispatcher, stop, post, underWay } = office();
    const running = dispatcher.run(stop.signal);
    post('ann', true);
    await vi.waitFor(() => expect(underWay.size).toBe(1));
    const failed = expect(running).rejects.toThrow('late');
    stop.abort();
    underWay.get('ann')?.fail(new Error('late'));
    await failed;
  });
});
