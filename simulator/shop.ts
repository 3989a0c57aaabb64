import { Agenda } from './agenda.ts';
import { createCatalogue } from './catalogue.ts';
import { restBeforeNextVisit, visitsAtOnce } from './concurrency.ts';
import type { ShopProfile } from './profile.ts';
import { createRandomness } from './randomness.ts';
import { visit, type Ending, type Moment, type Surroundings } from './session.ts';
import { unusableValue } from './unusable.ts';
import { createCrowd, type Shopper } from './visitors.ts';
import type { LineItem, WireEvent } from './wire-event.ts';

export interface ShopMessage {
  /** Milliseconds since opening time. */
  readonly atMs: number;
  /** `retry` repeats an event of before, byte for byte; `unusable` is no valid event. */
  readonly kind: 'event' | 'retry' | 'unusable';
  readonly key: string | null;
  readonly value: string;
  /** What `value` says; `null` when it is unusable. */
  readonly event: WireEvent | null;
}

export interface ShopOptions {
  /** The same seed and options give the same messages, ids and times included. */
  readonly seed: number;
  readonly ratePerSecond: number;
  readonly profile: ShopProfile;
  /** Event times count from here; milliseconds since 1970. */
  readonly opensAt: number;
  /** At most this many different known users; without it the shop goes on to win new ones. */
  readonly users?: number;
}

type Entry =
  | { readonly kind: 'arrival' }
  | { readonly kind: 'return'; readonly shopper: Shopper; readonly cart: readonly LineItem[] }
  | {
      readonly kind: 'moment';
      readonly moment: Moment;
      readonly shopper: Shopper;
      readonly rest: Iterator<Moment, Ending>;
    }
  | { readonly kind: 'retry'; readonly message: ShopMessage };

/**
 * Everything the shop's trackers send, in time order and without end. A fixed number of visits is under way at any
 * time (that makes the rate); a user who comes back for a cart takes one of these places.
 */
export function* openShop(options: ShopOptions): Generator<ShopMessage, never> {
  const { profile, seed, ratePerSecond, opensAt } = options;
  const randomness = createRandomness(seed);
  const around: Surroundings = { profile, randomness, catalogue: createCatalogue(randomness) };
  const places = visitsAtOnce(ratePerSecond, { ...around, randomness: createRandomness(seed + 1) });
  const crowd = createCrowd(profile, randomness, options.users);
  const agenda = new Agenda<Entry>();
  let extraVisits = 0;

  const begin = (shopper: Shopper, atMs: number): void => proceed(visit(shopper, around), shopper, atMs);
  const proceed = (rest: Iterator<Moment, Ending>, shopper: Shopper, atMs: number): void => {
    const step = rest.next();
    if (step.done === true) end(shopper, step.value, atMs);
    else agenda.add(atMs + step.value.afterMs, { kind: 'moment', moment: step.value, shopper, rest });
  };
  const end = (shopper: Shopper, ending: Ending, atMs: number): void => {
    const left = ending.leftBehind;
    if (ending.identified && left.length > 0 && randomness.chance(profile.comeBackRate)) {
      const afterMs = Math.round(randomness.logNormal(profile.comeBackAfter));
      agenda.add(atMs + afterMs, { kind: 'return', shopper, cart: left });
    } else {
      crowd.leave(shopper, atMs + profile.restAfter);
    }
    if (extraVisits > 0) extraVisits -= 1;
    else
      agenda.add(atMs + Math.round(randomness.exponential(restBeforeNextVisit(around))), { kind: 'arrival' });
  };

  // Long enough that the first page views of everybody together are no burst, short enough to be at the rate soon.
  const openingMs = (1.5 * 1000 * places) / ratePerSecond;
  for (let place = 0; place < places; place += 1) {
    agenda.add(Math.round(randomness.uniform() * openingMs), { kind: 'arrival' });
  }
  for (;;) {
    const due = agenda.next();
    if (due === null) throw new Error('The shop has no visit left: a place was not filled again.');
    const { at, entry } = due;
    if (entry.kind === 'arrival') begin(crowd.arrive(at), at);
    if (entry.kind === 'return') {
      extraVisits += 1;
      begin(crowd.comeBack(entry.shopper, entry.cart), at);
    }
    if (entry.kind === 'retry') yield { ...entry.message, atMs: at, kind: 'retry' };
    if (entry.kind === 'moment') {
      const message = messageOf(entry.moment, at, opensAt);
      yield message;
      if (randomness.chance(profile.retryShare)) {
        agenda.add(at + randomness.whole(50, 500), { kind: 'retry', message });
      }
      if (randomness.chance(profile.unusableShare)) {
        const value = unusableValue(randomness, timeAt(opensAt, at));
        yield { atMs: at, kind: 'unusable', key: message.key, value, event: null };
      }
      proceed(entry.rest, entry.shopper, at);
    }
  }
}

function messageOf(moment: Moment, atMs: number, opensAt: number): ShopMessage {
  const event: WireEvent = { ...moment.event, timestamp: timeAt(opensAt, atMs) };
  return { atMs, kind: 'event', key: event.user_id ?? event.session_id, value: JSON.stringify(event), event };
}

function timeAt(opensAt: number, atMs: number): string {
  return new Date(opensAt + atMs).toISOString();
}
