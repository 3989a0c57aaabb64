// However posts, letters and arrivals interleave: one letter of a user in flight, each event delivered once and in order, urgent first.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Mailbox, type Mail, type OutgoingLetter } from '../../bridge/journey/mailbox.ts';
import { mailOf } from '../support/mail.ts';

const limits = { mostEvents: 3, mostBytes: 100 };
const users = ['ann', 'bob', 'cem', 'dan'];

/** What a mailbox must do, as plain lists. */
class Model {
  readonly waiting = new Map<string, Mail[]>();
  readonly inFlight = new Map<string, OutgoingLetter>();
  readonly delivered: Mail[] = [];
  /** Users with urgent mail who may be served, in the order in which that became so. */
  urgentOrder: string[] = [];

  of(user: string): Mail[] {
    return this.waiting.get(user) ?? [];
  }

  isUrgent(user: string): boolean {
    return this.of(user).some(({ urgent }) => urgent);
  }

  get size(): number {
    return [...this.waiting.values()].reduce((sum, mail) => sum + mail.length, 0);
  }

  mayBeServed(urgent: boolean): string[] {
    return users.filter(
      (user) => this.of(user).length > 0 && !this.inFlight.has(user) && this.isUrgent(user) === urgent,
    );
  }

  noteUrgency(user: string): void {
    if (!this.isUrgent(user) || this.inFlight.has(user) || this.urgentOrder.includes(user)) return;
    this.urgentOrder.push(user);
  }
}

function take(mailbox: Mailbox, model: Model, urgent: boolean): OutgoingLetter | null {
  const possible = model.mayBeServed(urgent);
  const letter = urgent ? mailbox.takeUrgent() : mailbox.takeCalm();
  if (letter === null) {
    expect(possible).toEqual([]);
    return null;
  }
  const { journeyId, mail } = letter;
  expect(possible).toContain(journeyId);
  expect(letter.urgent).toBe(urgent);
  if (urgent) expect(journeyId).toBe(model.urgentOrder.shift());
  const waiting = model.of(journeyId);
  expect(mail).toEqual(waiting.slice(0, mail.length));
  const bytesOf = (some: readonly Mail[]) => some.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(mail.length).toBeGreaterThan(0);
  expect(mail.length).toBeLessThanOrEqual(limits.mostEvents);
  expect(mail.length === 1 || bytesOf(mail) <= limits.mostBytes).toBe(true);
  const next = waiting[mail.length];
  // Nothing is left behind that would have fitted.
  if (next)
    expect(mail.length === limits.mostEvents || bytesOf([...mail, next]) > limits.mostBytes).toBe(true);
  model.waiting.set(journeyId, waiting.slice(mail.length));
  model.inFlight.set(journeyId, letter);
  return letter;
}

function arrive(mailbox: Mailbox, model: Model, user: string): void {
  const letter = model.inFlight.get(user);
  if (!letter) return;
  mailbox.arrived(user);
  model.inFlight.delete(user);
  model.delivered.push(...letter.mail);
  model.noteUrgency(user);
}

const user = fc.constantFrom(...users);
const commands = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.tuple(fc.constant('post' as const), user, fc.boolean(), fc.constantFrom(1, 10, 60, 120)),
    },
    { weight: 2, arbitrary: fc.tuple(fc.constant('urgent' as const)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('calm' as const)) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('arrived' as const), user) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('clear' as const), fc.integer({ min: 0, max: 9 })) },
  ),
  { maxLength: 120 },
);

describe('a mailbox', () => {
  it('keeps its promises in any interleaving', () => {
    fc.assert(
      fc.property(commands, (run) => {
        const mailbox = new Mailbox(limits);
        const model = new Model();
        const owed: Mail[] = [];
        let offset = 0;
        for (const command of run) {
          if (command[0] === 'post') {
            const mail = mailOf(command[1], offset, command[2], command[3]);
            offset += 1;
            owed.push(mail);
            model.waiting.set(mail.journeyId, [...model.of(mail.journeyId), mail]);
            model.noteUrgency(mail.journeyId);
            mailbox.post(mail);
          } else if (command[0] === 'arrived') arrive(mailbox, model, command[1]);
          else if (command[0] !== 'clear') take(mailbox, model, command[0] === 'urgent');
          else if (command[1] === 0) {
            mailbox.clear();
            for (const mail of [...model.waiting.values()].flat()) owed.splice(owed.indexOf(mail), 1);
            model.waiting.clear();
            model.urgentOrder = [];
          }
          expect(mailbox.size).toBe(model.size);
        }
        // In the end everything comes out, and nothing remains.
        for (let quiet = false; !quiet;) {
          const letter = take(mailbox, model, true) ?? take(mailbox, model, false);
          quiet = letter === null && model.inFlight.size === 0;
          for (const busy of [...model.inFlight.keys()]) arrive(mailbox, model, busy);
        }
        expect(mailbox.size).toBe(0);
        expect(mailbox.users).toBe(0);
        const byOffset = (left: Mail, right: Mail) => left.offset - right.offset;
        expect([...model.delivered].sort(byOffset)).toEqual(owed);
        for (const name of users) {
          const own = model.delivered.filter(({ journeyId }) => journeyId === name);
          expect(own).toEqual([...own].sort(byOffset));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('serves an urgent user after those who were urgent before, however much mail they get', () => {
    const mailbox = new Mailbox(limits);
    for (let offset = 0; offset < 50; offset += 1) mailbox.post(mailOf('ann', offset, true));
    mailbox.post(mailOf('bob', 50, true));
    expect(mailbox.takeUrgent()?.journeyId).toBe('ann');
    mailbox.arrived('ann');
    expect(mailbox.takeUrgent()?.journeyId).toBe('bob');
  });

  it('lets a calm user overtake nobody by becoming urgent twice', () => {
    const mailbox = new Mailbox(limits);
    mailbox.post(mailOf('ann', 0, false));
    mailbox.post(mailOf('ann', 1, true));
    expect(mailbox.takeUrgent()?.mail).toHaveLength(2);
    expect(mailbox.takeCalm()).toBeNull();
    mailbox.arrived('ann');
    expect(mailbox.users).toBe(0);
  });

  it('holds the next letter of a user whose letter was under way when it was cleared', () => {
    const mailbox = new Mailbox(limits);
    mailbox.post(mailOf('ann', 0, true));
    mailbox.takeUrgent();
    mailbox.post(mailOf('ann', 1, true));
    mailbox.clear();
    mailbox.post(mailOf('ann', 1, true));
    expect(mailbox.takeUrgent()).toBeNull();
    mailbox.arrived('ann');
    expect(mailbox.takeUrgent()?.mail.map(({ offset }) => offset)).toEqual([1]);
  });

  it('costs the same per event with a hundred thousand users', () => {
    const mailbox = new Mailbox(limits);
    for (let offset = 0; offset < 100_000; offset += 1)
      mailbox.post(mailOf(`u${offset}`, offset, offset % 2 === 0));
    let letters = 0;
    for (let letter = mailbox.takeUrgent() ?? mailbox.takeCalm(); letter; letters += 1) {
      mailbox.arrived(letter.journeyId);
      letter = mailbox.takeUrgent() ?? mailbox.takeCalm();
    }
    expect(letters).toBe(100_000);
  });

  it('costs the same per event with a hundred thousand events of one user, calm or urgent', () => {
    const mailbox = new Mailbox({ mostEvents: 500, mostBytes: 262_144 });
    const events = 100_000;
    let looks = 0;
    const look = <Value>(value: Value) => ({
      get: () => {
        looks += 1;
        return value;
      },
    });
    for (let offset = 0; offset < events; offset += 1) {
      const urgent = look(offset % 10_000 === 0);
      mailbox.post(Object.defineProperties(mailOf('hot', offset, false), { urgent, bytes: look(10) }));
    }
    let taken = 0;
    for (let letter = mailbox.takeUrgent() ?? mailbox.takeCalm(); letter;) {
      expect(letter.mail[0]?.offset).toBe(taken);
      taken += letter.mail.length;
      mailbox.arrived('hot');
      letter = mailbox.takeUrgent() ?? mailbox.takeCalm();
    }
    expect(taken).toBe(events);
    expect(looks).toBeLessThan(events * 6);
  });

  it('gives full letters every second calm one: a hot user drains, and starves nobody', () => {
    const mailbox = new Mailbox(limits);
    for (let offset = 0; offset < 8; offset += 1) mailbox.post(mailOf(`u${offset}`, offset, false));
    for (let offset = 8; offset < 108; offset += 1) mailbox.post(mailOf('hot', offset, false));
    const order: string[] = [];
    for (let letter = mailbox.takeCalm(); letter && order.length < 16; letter = mailbox.takeCalm()) {
      order.push(letter.journeyId);
      mailbox.arrived(letter.journeyId);
    }
    const others = Array.from({ length: 8 }, (_, n) => `u${n}`);
    expect(order).toEqual(others.flatMap((other) => ['hot', other]));
  });

  it('gives hot users their full letters in turn', () => {
    const mailbox = new Mailbox(limits);
    for (let offset = 0; offset < 60; offset += 1) mailbox.post(mailOf(`hot${offset % 3}`, offset, false));
    const order = Array.from({ length: 9 }, () => {
      const { journeyId } = mailbox.takeCalm() as OutgoingLetter;
      mailbox.arrived(journeyId);
      return journeyId;
    });
    expect(order).toEqual(Array.from({ length: 3 }, () => ['hot0', 'hot1', 'hot2']).flat());
  });
});
