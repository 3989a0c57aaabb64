import type { RawMessage } from './topic.ts';

/**
 * A day of a small shop, written by hand: who did what, and when, in seconds after `base`. Raw ids carry marks that
 * nothing else has, so that a search for them proves something.
 */
export const rawUser = (name: string): string => `shopper-raw-${name}`;
export const rawSession = (name: string): string => `visit-raw-${name}`;
export const rawAddress = '203.0.113.77';
export const rawMail = 'somebody@shopper-mail.example';
/** Finds any of them, also inside of a path or a URL. */
export const rawTraces = /shopper-raw-|visit-raw-|203\.0\.113\.77|shopper-mail/i;

export interface WrittenEvent {
  readonly id: string;
  readonly who: string;
  readonly after: number;
  readonly action: string;
  readonly page?: string;
  readonly items?: readonly (readonly [product: string, quantity: number, price: number])[];
  readonly fields?: Readonly<Record<string, unknown>>;
}

export const visitors: ReadonlySet<string> = new Set(['visitor']);

const view = (id: string, who: string, after: number, page: string): WrittenEvent => ({
  id,
  who,
  after,
  action: 'pageview',
  page,
});

const cart = (
  id: string,
  who: string,
  after: number,
  action: string,
  ...items: NonNullable<WrittenEvent['items']>
): WrittenEvent => ({ id, who, after, action, items, fields: { currency: 'EUR' } });

/** All in the past, and in order for each of them. */
export const firstEvents: readonly WrittenEvent[] = [
  view('buyer-1', 'buyer', 0, '/home'),
  view('buyer-2', 'buyer', 1, '/product/p1'),
  cart('buyer-3', 'buyer', 2, 'add_to_cart', ['p1', 2, 10]),
  cart('buyer-4', 'buyer', 4, 'begin_checkout', ['p1', 2, 10]),
  {
    ...cart('buyer-5', 'buyer', 6, 'purchase', ['p1', 2, 10]),
    fields: { currency: 'EUR', order_id: 'o-1', value: 20 },
  },
  view('buyer-6', 'buyer', 8, '/purchase-complete'),

  view('leaver-1', 'leaver', 0, '/product/p2'),
  cart('leaver-2', 'leaver', 1, 'add_to_cart', ['p2', 1, 30]),

  cart('doubter-1', 'doubter', 0, 'add_to_cart', ['p3', 1, 50]),
  view('doubter-2', 'doubter', 1, '/checkout'),

  cart('returner-1', 'returner', 0, 'add_to_cart', ['p4', 1, 40]),
  {
    ...cart('returner-2', 'returner', 20, 'purchase', ['p4', 1, 40]),
    fields: { currency: 'EUR', order_id: 'o-2', value: 40 },
  },

  cart('emptier-1', 'emptier', 0, 'add_to_cart', ['p5', 1, 10]),
  cart('emptier-2', 'emptier', 2, 'remove_from_cart', ['p5', 1, 10]),

  view('visitor-1', 'visitor', 0, '/home'),
  {
    id: 'visitor-2',
    who: 'visitor',
    after: 1,
    action: 'click',
    page: '/home',
    fields: { click_target: '#menu' },
  },
  {
    id: 'visitor-3',
    who: 'visitor',
    after: 2,
    action: 'scroll',
    page: '/home',
    fields: { scroll_depth: 80 },
  },
  { id: 'visitor-4', who: 'visitor', after: 3, action: 'form_submit', page: '/home' },
  { id: 'visitor-5', who: 'visitor', after: 4, action: 'video_play', page: '/home' },
  view('visitor-6', 'visitor', 5, '/category/shoes'),

  view('often-1', 'often', 0, '/home'),
  view('often-2', 'often', 20, '/products'),
  view('often-3', 'often', 100, '/home'),

  cart('cooling-1', 'cooling', 0, 'add_to_cart', ['p7', 1, 5]),
  view('cooling-2', 'cooling', 40, '/cart'),

  view('late-1', 'late', 100, '/home'),
  view('twice-1', 'twice', 0, '/home'),
];

/** Sent when the first are through: one that comes late, and one that a producer sends again. */
export const laterEvents: readonly WrittenEvent[] = [
  view('late-2', 'late', 10, '/product/p8'),
  view('twice-1', 'twice', 0, '/home'),
];

export function toMessage(event: WrittenEvent, base: number): RawMessage {
  const { id, who, after, action, page, items, fields } = event;
  const user = visitors.has(who) ? null : rawUser(who);
  return {
    key: user ?? rawSession(who),
    value: JSON.stringify({
      event_id: id,
      timestamp: new Date(base + after * 1000).toISOString(),
      user_id: user,
      session_id: rawSession(who),
      action,
      page: page ?? null,
      device: { type: 'mobile', browser: 'Firefox', os: 'Android' },
      referrer: `https://search.example/find?q=${rawUser(who)}&utm_source=letter`,
      load_time: action === 'pageview' ? 0.5 : null,
      ip_address: rawAddress,
      ...(items
        ? { items: items.map(([product, quantity, price]) => ({ product_id: product, quantity, price })) }
        : {}),
      ...fields,
    }),
  };
}

/** The odd ones that are valid all the same. */
export function oddMessages(base: number): RawMessage[] {
  const at = (after: number) => new Date(base + after * 1000).toISOString();
  const of = (who: string, fields: string): RawMessage => ({ key: rawUser(who), value: fields });
  return [
    // A bare purchase, its time without an offset.
    of(
      'bare',
      `{"event_id":"bare-1","user_id":"${rawUser('bare')}","product_id":"p6","purchase_amount":15.5,"timestamp":"${at(0).slice(0, -1)}"}`,
    ),
    of(
      'future',
      `{"event_id":"future-1","user_id":"${rawUser('future')}","action":"click","timestamp":"2999-01-01T00:00:00Z"}`,
    ),
    of(
      'past',
      `{"event_id":"past-1","user_id":"${rawUser('past')}","action":"click","timestamp":"1970-01-01T00:00:10+00:00"}`,
    ),
    of(
      'traps',
      `{"event_id":"traps-1","user_id":"${rawUser('traps')}","session_id":"${rawSession('traps')}","event_type":"page_view",` +
        `"page":"/account/${rawUser('traps')}/orders?token=secret","timestamp":"${at(0)}","plan":"gold",` +
        `"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},` +
        `"nested":{"__proto__":{"polluted":true},"kept":1,"ip":"${rawAddress}","note":"mail ${rawMail} now"},"email":"${rawMail}"}`,
    ),
  ];
}
