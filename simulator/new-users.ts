import { Agenda } from './agenda.ts';
import { createCatalogue, type Catalogue } from './catalogue.ts';
import { browse, entrance, lineOf, money, openProduct, pageView } from './pages.ts';
import { createRandomness, type LogNormal, type Randomness } from './randomness.ts';
import type { ShopMessage } from './shop.ts';
import type { Device, EventContent, WireEvent } from './wire-event.ts';

export interface NewUsersOptions {
  readonly seed: number;
  readonly sessionsPerSecond: number;
  /** Event times count from here; milliseconds since 1970. */
  readonly opensAt: number;
}

/** Mean events of a session. */
export const eventsPerSession = 20;
const fewestEvents = 14;
const mostEvents = 26;
/** One session in so many fills a cart. */
const sessionsPerCart = 10;
const checkoutShare = 0.6;
const completionShare = 0.5;
/** Twenty of these make a session of a minute and a half. None reaches the shortest deadline that the bench sets. */
const thinkTime: LogNormal = { median: 3_800, spread: 0.7, least: 400, most: 12_000 };

const devices: readonly Device[] = [
  { type: 'mobile', browser: 'Safari', os: 'iOS' },
  { type: 'mobile', browser: 'Chrome', os: 'Android' },
  { type: 'desktop', browser: 'Firefox', os: 'Linux' },
];

interface Visit {
  readonly userId: string;
  readonly device: Device;
  readonly rest: Iterator<EventContent, void>;
  events: number;
}

/**
 * A shop to which everybody comes for the first time: a steady number of new sessions a second, each of a new identified
 * user with about twenty events over a minute or two, one in ten with a cart. In time order and without end. After
 * about two minutes as many sessions end as begin.
 */
export function* newUsers({
  seed,
  sessionsPerSecond,
  opensAt,
}: NewUsersOptions): Generator<ShopMessage, never> {
  const randomness = createRandomness(seed);
  const catalogue = createCatalogue(randomness);
  const agenda = new Agenda<Visit>();
  const everyMs = 1_000 / sessionsPerSecond;
  for (let sessions = 0; ; sessions += 1) {
    const beginsAt = Math.round(sessions * everyMs);
    const nextBeginsAt = Math.round((sessions + 1) * everyMs);
    agenda.add(beginsAt, {
      userId: `new-user-${opensAt}-${seed}-${sessions}`,
      device: randomness.pick(devices),
      rest: session(sessions, catalogue, randomness),
      events: 0,
    });
    for (let due = agenda.next(); due !== null; due = agenda.next()) {
      if (due.at >= nextBeginsAt) {
        agenda.add(due.at, due.entry);
        break;
      }
      const step = due.entry.rest.next();
      if (step.done === true) continue;
      yield messageOf(due.entry, step.value, due.at, opensAt, randomness);
      due.entry.events += 1;
      agenda.add(due.at + Math.round(randomness.logNormal(thinkTime)), due.entry);
    }
  }
}

/** Sessions with a cart are every tenth, so that a short run has its share of them too. */
function* session(
  number: number,
  catalogue: Catalogue,
  randomness: Randomness,
): Generator<EventContent, void> {
  const wanted = randomness.whole(fewestEvents, mostEvents);
  const purchase = number % sessionsPerCart === sessionsPerCart - 1 ? [...buying(catalogue, randomness)] : [];
  yield pageView('/home', randomness);
  let events = 1;
  while (events < wanted - purchase.length) {
    for (const content of browse(catalogue, randomness)) {
      if (events >= wanted - purchase.length) break;
      events += 1;
      yield content;
    }
  }
  yield* purchase;
}

function* buying(catalogue: Catalogue, randomness: Randomness): Generator<EventContent> {
  const product = catalogue.choose(randomness);
  const cart = money([lineOf(product, 1)]);
  yield* openProduct(product, randomness);
  yield { action: 'add_to_cart', page: `/product/${product.id}`, ...cart };
  yield pageView('/cart', randomness);
  if (!randomness.chance(checkoutShare)) return;
  yield { action: 'begin_checkout', page: '/checkout', ...cart };
  if (!randomness.chance(completionShare)) return;
  yield { action: 'purchase', page: '/purchase-complete', ...cart };
}

function messageOf(
  visit: Visit,
  content: EventContent,
  atMs: number,
  opensAt: number,
  randomness: Randomness,
): ShopMessage {
  const { userId, device, events } = visit;
  const event: WireEvent = {
    event_id: `${userId}-${events}`,
    timestamp: new Date(opensAt + atMs).toISOString(),
    user_id: userId,
    session_id: `${userId}-session`,
    referrer: events === 0 ? entrance(randomness) : null,
    load_time: null,
    ...content,
    device,
    ip_address: '127.0.0.1',
  };
  return { atMs, kind: 'event', key: userId, value: JSON.stringify(event), event };
}
