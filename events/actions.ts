import { stepOfPage, type FunnelStep } from './funnel.ts';

/** What an event does to the open cart. */
export type CartEffect = 'view' | 'add' | 'remove' | 'checkout' | 'purchase';

export interface Action {
  /** The funnel step that the event shows, if it shows one. */
  readonly step: (page: string | null) => FunnelStep | null;
  readonly cart: (page: string | null) => CartEffect | null;
  /** Which count of `user_activity` it adds to, if any. */
  readonly counts?: 'pageviews' | 'clicks' | 'scrolls' | 'form_submits' | 'video_plays';
}

const nothing = () => null;
const always =
  <Value>(value: Value) =>
  () =>
    value;

const cartEffectOfStep: Partial<Record<FunnelStep, CartEffect>> = {
  cart: 'view',
  checkout: 'checkout',
  purchase: 'purchase',
};

/**
 * Every event type that is understood. A new one is a line here and a case in its test;
 * what is not listed goes to the dead letters.
 */
export const actions = {
  pageview: {
    step: (page) => (page === null ? null : stepOfPage(page)),
    cart: (page) => (page === null ? null : (cartEffectOfStep[stepOfPage(page)] ?? null)),
    counts: 'pageviews',
  },
  click: { step: nothing, cart: nothing, counts: 'clicks' },
  scroll: { step: nothing, cart: nothing, counts: 'scrolls' },
  form_submit: { step: nothing, cart: nothing, counts: 'form_submits' },
  video_play: { step: nothing, cart: nothing, counts: 'video_plays' },
  view_item: { step: always('product'), cart: nothing },
  add_to_cart: { step: always('cart'), cart: always('add') },
  remove_from_cart: { step: nothing, cart: always('remove') },
  begin_checkout: { step: always('checkout'), cart: always('checkout') },
  add_payment_info: { step: always('checkout'), cart: always('checkout') },
  purchase: { step: always('purchase'), cart: always('purchase') },
  refund: { step: nothing, cart: nothing },
  login: { step: nothing, cart: nothing },
} as const satisfies Record<string, Action>;

export type ActionName = keyof typeof actions;

export const actionNames = Object.keys(actions) as ActionName[];

export const actionOf = (name: ActionName): Action => actions[name];

export const isActionName = (name: string): name is ActionName => Object.hasOwn(actions, name);
