import { money, pageView, slowPageView } from './pages.ts';
import type { ShopProfile } from './profile.ts';
import type { Randomness } from './randomness.ts';
import type { EventContent, LineItem } from './wire-event.ts';

/** One event of a visit, and what is in the cart after it. */
export interface Step {
  readonly content: EventContent;
  readonly cart: readonly LineItem[];
}

/** From the cart to the purchase, as far as the visitor goes. Some meet a slow page or a form that fails on the way. */
export function* checkOut(
  cart: readonly LineItem[],
  { begins, completes }: { readonly begins: boolean; readonly completes: boolean },
  { profile, randomness }: { readonly profile: ShopProfile; readonly randomness: Randomness },
): Generator<Step> {
  const step = (content: EventContent, left = cart): Step => ({ content, cart: left });
  if (begins || randomness.chance(0.6)) yield step(pageView('/cart', randomness));
  if (!begins) return;
  const isSlow = randomness.chance(profile.slowPageShare);
  yield step(isSlow ? slowPageView('/checkout', randomness) : pageView('/checkout', randomness));
  yield step({ action: 'begin_checkout', page: '/checkout', ...money(cart) });
  const fails = randomness.chance(profile.failingFormsShare);
  if (completes || fails || randomness.chance(0.5)) {
    yield step({ action: 'form_submit', page: '/checkout', form_name: 'address', success: true });
    yield step({ action: 'add_payment_info', page: '/checkout', ...money(cart) });
    if (fails) for (const content of failingForms(randomness)) yield step(content);
  }
  if (!completes) return;
  yield step({ action: 'form_submit', page: '/checkout', form_name: 'payment', success: true });
  const orderId = `o-${randomness.faker.string.alphanumeric({ length: 10, casing: 'upper' })}`;
  yield step({ action: 'purchase', page: '/checkout', order_id: orderId, ...money(cart) }, []);
  yield step(pageView('/purchase-complete', randomness), []);
}

function* failingForms(randomness: Randomness): Generator<EventContent> {
  const times = randomness.whole(1, 4);
  for (let time = 0; time < times; time += 1) {
    const errorCode = randomness.pick(['card_declined', 'card_expired', 'gateway_timeout']);
    yield {
      action: 'form_submit',
      page: '/checkout',
      form_name: 'payment',
      success: false,
      error_code: errorCode,
    };
  }
}
