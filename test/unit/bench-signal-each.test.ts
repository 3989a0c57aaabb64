// The way that letters are compared with is a fair one: every event is one signal, a user's in their order, as many in
// flight as it may have, the warm-up apart, and no more events than were asked for.
import { describe, expect, it } from 'vitest';

import { SignalEach } from '../../cli/bench/one-signal/signal-each.ts';
import type { MessageBatch } from '../../connections/kafka.ts';

interface Event {
  readonly user: string;
  readonly number: number;
}

function batchOf(events: readonly (Event | null)[]): MessageBatch {
  return {
    partition: 0,
    messages: events.map((event, offset) => ({
      offset,
      appendedAt: 0,
      value: event && Buffer.from(JSON.stringify(event)),
    })),
    nextOffset: events.length,
    end: events.length,
    readAt: 0,
    isCurrent: () => true,
    heartbeat: async () => undefined,
  };
}

function consumerOf(limits: { mostInFlight: number; warmUpEvents: number; events: number }) {
  const signalled: Event[] = [];
  let inFlight = 0;
  const seen = { mostInFlight: 0, usersTwiceAtOnce: 0 };
  const usersInFlight = new Set<string>();
  const each = new SignalEach<Event>({
    read: ({ value }) => (value ? (JSON.parse(value.toString()) as Event) : null),
    userOf: ({ user }) => user,
    signal: async (event) => {
      signalled.push(event);
      if (usersInFlight.has(event.user)) seen.usersTwiceAtOnce += 1;
      usersInFlight.add(event.user);
      inFlight += 1;
      seen.mostInFlight = Math.max(seen.mostInFlight, inFlight);
      for (let turn = 0; turn < 20 + (event.number % 5); turn += 1) await Promise.resolve();
      inFlight -= 1;
      usersInFlight.delete(event.user);
    },
    stopping: new AbortController().signal,
    ...limits,
  });
  return { each, signalled, seen };
}

const events = (count: number): Event[] =>
  Array.from({ length: count }, (_, number) => ({ user: `u${(number * 7) % 13}`, number }));

describe('one signal an event', () => {
  it('signals each of the first events once, in order for each user, and leaves the rest', async () => {
    const { each, signalled, seen } = consumerOf({ mostInFlight: 4, warmUpEvents: 20, events: 100 });
    each.goOn();
    await each.handle(batchOf(events(300)));
    await each.done;
    expect(signalled.map(({ number }) => number).toSorted((one, other) => one - other)).toEqual(
      events(120).map(({ number }) => number),
    );
    for (const user of new Set(signalled.map((event) => event.user))) {
      const numbers = signalled.filter((event) => event.user === user).map(({ number }) => number);
      expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    }
    expect(seen).toEqual({ mostInFlight: 4, usersTwiceAtOnce: 0 });
  });

  it('waits between the warm-up and the rest', async () => {
    const { each, signalled } = consumerOf({ mostInFlight: 4, warmUpEvents: 20, events: 30 });
    const handling = each.handle(batchOf(events(60)));
    await each.warm;
    expect(signalled).toHaveLength(20);
    each.goOn();
    await handling;
    expect(signalled).toHaveLength(50);
  });

  it('keeps its bounds where several partitions are read at once', async () => {
    const { each, signalled, seen } = consumerOf({ mostInFlight: 4, warmUpEvents: 20, events: 31 });
    const partitions = ['a', 'b', 'c'].map((name) =>
      events(60).map((event) => ({ ...event, user: name + event.user })),
    );
    const handling = partitions.map((partition) => each.handle(batchOf(partition)));
    await each.warm;
    for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
    expect(signalled).toHaveLength(20);
    each.goOn();
    await Promise.all(handling);
    expect(signalled).toHaveLength(51);
    expect(seen).toEqual({ mostInFlight: 4, usersTwiceAtOnce: 0 });
  });

  it('passes over what cannot be used, and rejects when a signal fails', async () => {
    const { each, signalled } = consumerOf({ mostInFlight: 4, warmUpEvents: 0, events: 10 });
    each.goOn();
    await each.handle(batchOf([null, { user: 'a', number: 1 }, null]));
    expect(signalled).toHaveLength(1);
    const failing = new SignalEach<Event>({
      read: () => ({ user: 'a', number: 1 }),
      userOf: ({ user }) => user,
      signal: async () => {
        throw new Error('the server is away');
      },
      mostInFlight: 4,
      warmUpEvents: 0,
      events: 10,
      stopping: new AbortController().signal,
    });
    failing.goOn();
    await expect(failing.handle(batchOf(events(5)))).rejects.toThrow('the server is away');
  });
});
