import type { ShopProfile } from './profile.ts';
import type { Randomness } from './randomness.ts';
import { robotUserAgents } from './robots.ts';
import type { Device, LineItem } from './wire-event.ts';

export interface Person {
  readonly userId: string;
  readonly device: Device;
  readonly ipAddress: string;
}

/** Who a session belongs to, and how much of that its events say. */
export interface Shopper {
  readonly person: Person;
  readonly sessionId: string;
  /** `known`: a user id from the first event. `logsIn`: from the login on. `visitor` and `robot`: never. */
  readonly identity: 'known' | 'logsIn' | 'visitor' | 'robot';
  /** A robot's. */
  readonly userAgent: string | null;
  readonly returning: boolean;
  /** Left over from the visit before. */
  readonly cart: readonly LineItem[];
}

export interface Crowd {
  /** Somebody for a session that starts at `atMs`; a known user never has two sessions at once. */
  readonly arrive: (atMs: number) => Shopper;
  /** The same user with what was left in the cart. */
  readonly comeBack: (shopper: Shopper, cart: readonly LineItem[]) => Shopper;
  /** Ends a session: the user may be drawn again from `freeAtMs` on. */
  readonly leave: (shopper: Shopper, freeAtMs: number) => void;
}

/**
 * People in and out of the shop. `users` bounds how many different known users there are: when all of them are busy,
 * one is drawn all the same.
 */
export function createCrowd(
  profile: ShopProfile,
  randomness: Randomness,
  users = Number.POSITIVE_INFINITY,
): Crowd {
  const known: Person[] = [];
  const freeAt = new Map<string, number>();
  let serial = 0;

  const newPerson = (): Person => {
    serial += 1;
    const name = randomness.faker.person
      .firstName()
      .toLowerCase()
      .replaceAll(/[^a-z]/g, '');
    return {
      userId: `${name}-${randomness.faker.string.alphanumeric({ length: 4, casing: 'lower' })}${serial}`,
      device: chooseDevice(profile, randomness),
      ipAddress: randomness.faker.internet.ipv4(),
    };
  };
  const join = (): Person => {
    const person = newPerson();
    known.push(person);
    return person;
  };
  const findFree = (atMs: number): Person | null => {
    for (let attempt = 0; attempt < 10 && known.length > 0; attempt += 1) {
      const person = randomness.pick(known);
      if ((freeAt.get(person.userId) ?? 0) <= atMs) return person;
    }
    return null;
  };
  const drawKnown = (atMs: number, returning: boolean): Person => {
    const full = known.length >= users;
    const free = returning || full ? findFree(atMs) : null;
    return free ?? (full ? randomness.pick(known) : join());
  };

  for (let count = 0; count < Math.min(profile.regulars, users); count += 1) join();

  return {
    arrive: (atMs) => {
      if (randomness.chance(profile.robotShare)) {
        return {
          person: newPerson(),
          sessionId: newSessionId(randomness),
          identity: 'robot',
          userAgent: randomness.pick(robotUserAgents),
          returning: false,
          cart: [],
        };
      }
      const draw = randomness.uniform();
      const identity =
        draw < profile.visitorShare
          ? 'visitor'
          : draw < profile.visitorShare + profile.logsInShare
            ? 'logsIn'
            : 'known';
      const returning = randomness.chance(profile.returningShare);
      const person = identity === 'visitor' ? newPerson() : drawKnown(atMs, returning);
      if (identity !== 'visitor') freeAt.set(person.userId, Number.POSITIVE_INFINITY);
      return { person, sessionId: newSessionId(randomness), identity, userAgent: null, returning, cart: [] };
    },
    comeBack: ({ person }, cart) => ({
      person,
      sessionId: newSessionId(randomness),
      identity: 'known',
      userAgent: null,
      returning: true,
      cart,
    }),
    leave: (shopper, freeAtMs) => {
      if (hasAccount(shopper)) freeAt.set(shopper.person.userId, freeAtMs);
    },
  };
}

const hasAccount = ({ identity }: Shopper): boolean => identity === 'known' || identity === 'logsIn';

function newSessionId(randomness: Randomness): string {
  return `s-${randomness.faker.string.alphanumeric(16)}`;
}

const mobiles = [
  { type: 'mobile', browser: 'Chrome', os: 'Android' },
  { type: 'mobile', browser: 'Safari', os: 'iOS' },
] as const;
const larger = [
  { type: 'desktop', browser: 'Chrome', os: 'Windows' },
  { type: 'desktop', browser: 'Edge', os: 'Windows' },
  { type: 'desktop', browser: 'Safari', os: 'macOS' },
  { type: 'desktop', browser: 'Firefox', os: 'Linux' },
  { type: 'tablet', browser: 'Safari', os: 'iPadOS' },
] as const;

function chooseDevice(profile: ShopProfile, randomness: Randomness): Device {
  return randomness.chance(profile.mobileShare) ? randomness.pick(mobiles) : randomness.pick(larger);
}
