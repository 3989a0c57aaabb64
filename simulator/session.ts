import type { Catalogue } from './catalogue.ts';
import { checkOut, type Step } from './checkout.ts';
import { browse, entrance, lineOf, money, openProduct, pageView } from './pages.ts';
import type { ShopProfile } from './profile.ts';
import type { Randomness } from './randomness.ts';
import { crawl } from './robots.ts';
import type { Shopper } from './visitors.ts';
import type { EventContent, LineItem, WireEvent } from './wire-event.ts';

/** An event without its time, and how long after the one before it happens. */
export interface Moment {
  readonly afterMs: number;
  readonly event: Omit<WireEvent, 'timestamp'>;
}

/** How a session ended; what is still in the cart, and the user who may come back for it. */
export interface Ending {
  readonly leftBehind: readonly LineItem[];
  readonly identified: boolean;
}

export interface Surroundings {
  readonly profile: ShopProfile;
  readonly catalogue: Catalogue;
  readonly randomness: Randomness;
}

/** One visit, generated one event at a time. Somebody with a cart from before comes to buy it. */
export function* visit(shopper: Shopper, around: Surroundings): Generator<Moment, Ending> {
  const { randomness, profile } = around;
  let identified = shopper.identity === 'known';
  let page: string | null = null;
  let leftBehind: readonly LineItem[] = [];

  for (const { content, cart } of script(shopper, around)) {
    if (content.action === 'login') identified = true;
    const referrer: string | null = content.action === 'pageview' ? (page ?? entrance(randomness)) : page;
    yield {
      afterMs: page === null ? 0 : Math.round(randomness.logNormal(profile.thinkTime)),
      event: {
        event_id: randomness.faker.string.uuid(),
        user_id: identified ? shopper.person.userId : null,
        session_id: shopper.sessionId,
        referrer,
        load_time: null,
        ...content,
        device: shopper.person.device,
        ip_address: shopper.person.ipAddress,
        ...(shopper.userAgent === null ? {} : { user_agent: shopper.userAgent }),
      },
    };
    if (content.action === 'pageview') page = content.page;
    leftBehind = cart;
  }
  return { leftBehind, identified };
}

function* script(shopper: Shopper, around: Surroundings): Generator<Step> {
  const { profile, randomness } = around;
  let cart = shopper.cart;
  const say = function* (contents: Iterable<EventContent>): Generator<Step> {
    for (const content of contents) yield { content, cart };
  };

  if (shopper.identity === 'robot') {
    yield* say(crawl(around.catalogue, randomness));
    return;
  }
  if (cart.length > 0) {
    yield* checkOut(cart, { begins: true, completes: true }, around);
    return;
  }
  if (randomness.chance(profile.bounceRate)) {
    yield* say([pageView(landing(around), randomness)]);
    return;
  }

  // A cart rate is of all sessions, and a bounced one has none.
  const cartRate = shopper.returning ? profile.cartRateOfReturning : profile.cartRateOfNew;
  const willFillCart = randomness.chance(cartRate / (1 - profile.bounceRate));
  const begins = willFillCart && randomness.chance(profile.checkoutRate);
  const completes = begins && randomness.chance(profile.completionRate);
  const pages = 1 + Math.round(randomness.exponential(profile.pagesPerVisit - 1));
  const logsInAfter = shopper.identity === 'logsIn' ? randomness.whole(1, pages) : 0;

  yield* say([pageView(landing(around), randomness)]);
  for (let count = 1; count <= pages; count += 1) {
    yield* say(browse(around.catalogue, randomness));
    if (count === logsInAfter) yield* say(logIn(randomness));
  }
  if (!willFillCart) return;
  for (const step of fillCart(around)) {
    cart = step.cart;
    yield step;
  }
  yield* checkOut(cart, { begins, completes }, around);
}

function landing({ catalogue, randomness }: Surroundings): string {
  const draw = randomness.uniform();
  if (draw < 0.5) return '/home';
  if (draw < 0.7) return `/category/${randomness.pick(catalogue.categories)}`;
  return `/product/${catalogue.choose(randomness).id}`;
}

function* logIn(randomness: Randomness): Generator<EventContent> {
  yield pageView('/login', randomness);
  yield { action: 'form_submit', page: '/login', form_name: 'login' };
  yield { action: 'login', page: '/login' };
}

function* fillCart({ catalogue, randomness }: Surroundings): Generator<Step> {
  let cart: readonly LineItem[] = [];
  const wanted = randomness.whole(1, 3);
  for (let count = 0; count < wanted; count += 1) {
    const product = catalogue.choose(randomness);
    if (cart.some((line) => line.product_id === product.id)) continue;
    for (const content of openProduct(product, randomness)) yield { content, cart };
    const line = lineOf(product, randomness.chance(0.2) ? 2 : 1);
    cart = [...cart, line];
    yield { content: { action: 'add_to_cart', page: `/product/${product.id}`, ...money([line]) }, cart };
  }
  if (cart.length > 1 && randomness.chance(0.15)) {
    const [removed, ...rest] = cart;
    if (removed === undefined) return;
    yield { content: pageView('/cart', randomness), cart };
    cart = rest;
    yield { content: { action: 'remove_from_cart', page: '/cart', ...money([removed]) }, cart };
  }
}
