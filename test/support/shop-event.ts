import type { ShopEvent } from '../../events/shop-event.ts';

const plain: ShopEvent = {
  eventId: 'e1',
  time: 1_700_000_000_000,
  timeClamped: false,
  journeyId: 'u1_a',
  userId: 'u1_a',
  sessionId: 's1_a',
  action: 'click',
  page: '/home',
  referrer: null,
  device: { type: 'desktop', browser: 'Firefox', os: 'Linux' },
  loadTimeSeconds: null,
  items: [],
  value: null,
  currency: null,
  orderId: null,
  properties: {},
  bot: false,
};

/** A canonical event that differs from a plain click in what is given. */
export const shopEvent = (differences: Partial<ShopEvent> = {}): ShopEvent => ({ ...plain, ...differences });
