import { pathOf, rankOf } from '../../events/funnel.ts';
import type { Item, ShopEvent } from '../../events/shop-event.ts';
import type { RecountedMinute, RecountedSession } from './recount.ts';

/** The hourly and daily sums again, the plain way, one event, session or minute after the other. */

type Counts = Record<string, number>;
type Row = Record<string, unknown>;

const hourMs = 60 * 60 * 1000;
const hourOf = (time: number) => new Date(Math.floor(time / hourMs) * hourMs);
/** Takes away what adding up fractions has left behind. */
const exact = (amount: number) => Math.round(amount * 1000) / 1000;

/** Adds up counts under keys. */
class Sums {
  private readonly sums = new Map<string, { key: Row; counts: Counts }>();

  add(key: Row, counts: Counts): void {
    const name = JSON.stringify(key);
    const sum = this.sums.get(name) ?? { key, counts: {} };
    for (const [count, value] of Object.entries(counts)) sum.counts[count] = (sum.counts[count] ?? 0) + value;
    this.sums.set(name, sum);
  }

  rows(counts: readonly string[]): Row[] {
    return [...this.sums.values()].map((sum) => ({
      ...sum.key,
      ...Object.fromEntries(counts.map((count) => [count, exact(sum.counts[count] ?? 0)])),
    }));
  }
}

export function recountFunnel(sessions: readonly RecountedSession[]): Row[] {
  const sums = new Sums();
  for (const session of sessions) {
    const rank = session.furthest_step === null ? -1 : rankOf(session.furthest_step);
    sums.add(
      {
        hour: hourOf(session.start_time.getTime()),
        device_type: session.device_type ?? 'unknown',
        source: session.source,
        currency: session.currency ?? '',
        bot: session.bot,
      },
      {
        sessions: 1,
        bounces: Number(session.bounced),
        pageviews: session.pageviews,
        seconds: (session.end_time.getTime() - session.start_time.getTime()) / 1000,
        product_sessions: Number(rank >= rankOf('product')),
        cart_sessions: Number(rank >= rankOf('cart')),
        checkout_sessions: Number(rank >= rankOf('checkout')),
        purchase_sessions: Number(rank >= rankOf('purchase')),
        purchases: session.purchases,
        revenue: session.revenue,
      },
    );
  }
  return sums.rows([
    'sessions',
    'bounces',
    'pageviews',
    'seconds',
    'product_sessions',
    'cart_sessions',
    'checkout_sessions',
    'purchase_sessions',
    'purchases',
    'revenue',
  ]);
}

export function recountPages(events: readonly ShopEvent[], minutes: readonly RecountedMinute[]): Row[] {
  const sums = new Sums();
  for (const { time, page, bot, loadTimeSeconds } of viewsOf(events)) {
    const loadTimes = loadTimeSeconds === null ? {} : { load_times: 1, load_seconds: loadTimeSeconds };
    sums.add({ hour: hourOf(time), page: pathOf(page), bot }, { views: 1, ...loadTimes });
  }
  const visits = minutes.flatMap(({ journey_id, window_end_time, pages_visited, bot }) =>
    pages_visited.map((page) =>
      JSON.stringify([hourOf(window_end_time.getTime() - 1), pathOf(page), bot, journey_id]),
    ),
  );
  for (const visit of new Set(visits)) {
    const [hour, page, bot] = JSON.parse(visit) as [string, string, boolean];
    sums.add({ hour: new Date(hour), page, bot }, { visitors: 1 });
  }
  return sums.rows(['views', 'visitors', 'load_times', 'load_seconds']);
}

export function recountLoadTimes(events: readonly ShopEvent[]): Row[] {
  const sums = new Sums();
  for (const { time, page, bot, loadTimeSeconds } of viewsOf(events)) {
    if (loadTimeSeconds === null) continue;
    const day = new Date(time).toISOString().slice(0, 10);
    sums.add({ day, page: pathOf(page), bot, load_time: twoDigits(loadTimeSeconds) }, { views: 1 });
  }
  return sums.rows(['views']);
}

/** Rounded as one does on paper: `toPrecision` would round 0.495, which no double is, down. */
function twoDigits(seconds: number): number {
  if (seconds < 0.001) return 0;
  const places = 1 - Math.floor(Math.log10(seconds));
  return Number(`${Math.round(Number(`${seconds}e${places}`))}e${-places}`);
}

export function recountProducts(events: readonly ShopEvent[]): Row[] {
  const sums = new Sums();
  for (const event of events.filter((some) => some.action !== 'purchase')) addProducts(sums, event);
  for (const order of firstOfEachOrder(events)) addProducts(sums, order);
  return sums.rows([
    'page_views',
    'item_views',
    'add_to_carts',
    'remove_from_carts',
    'purchases',
    'units',
    'revenue',
    'refunded_units',
    'refunded',
  ]);
}

function firstOfEachOrder(events: readonly ShopEvent[]): ShopEvent[] {
  const orders = new Map<string, ShopEvent>();
  const inTime = events.toSorted(
    (one, other) => one.time - other.time || (one.eventId < other.eventId ? -1 : 1),
  );
  for (const event of inTime) {
    const key = `${event.journeyId} ${event.orderId ?? event.eventId}`;
    if (event.action === 'purchase' && !orders.has(key)) orders.set(key, event);
  }
  return [...orders.values()];
}

function addProducts(sums: Sums, event: ShopEvent): void {
  const { action, time, bot, items, value, currency } = event;
  const add = (productId: string, money: string | null, counts: Counts) =>
    sums.add({ hour: hourOf(time), product_id: productId, currency: money ?? '', bot }, counts);
  const page = pathOf(event.page)?.split('/') ?? [];
  const ofPage = page[1] === 'product' && page[2] ? page[2] : null;
  if (action === 'pageview' && ofPage !== null) add(ofPage, null, { page_views: 1 });
  const counted: readonly Item[] =
    items.length > 0 ? items : ofPage === null ? [] : [{ productId: ofPage, quantity: 1, price: 0 }];
  for (const productId of new Set(counted.map((item) => item.productId))) {
    const own = counted.filter((item) => item.productId === productId);
    const pieces = own.reduce((sum, { quantity }) => sum + quantity, 0);
    const alone = counted.length === 1 ? (value ?? 0) : 0;
    const money = own.reduce(
      (sum, { quantity, price }) => sum + (price === null ? alone : quantity * price),
      0,
    );
    if (action === 'view_item') add(productId, null, { item_views: 1 });
    if (action === 'add_to_cart') add(productId, null, { add_to_carts: pieces });
    if (action === 'remove_from_cart') add(productId, null, { remove_from_carts: pieces });
    if (items.length === 0) continue;
    if (action === 'purchase') add(productId, currency, { purchases: 1, units: pieces, revenue: money });
    if (action === 'refund') add(productId, currency, { refunded_units: pieces, refunded: money });
  }
}

const viewsOf = (events: readonly ShopEvent[]) => events.filter(({ action }) => action === 'pageview');
