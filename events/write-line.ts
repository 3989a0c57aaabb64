import { actionOf } from './actions.ts';
import { checkoutDetailOf, type CheckoutContent } from './checkout-detail.ts';
import { isCheckoutSubmission } from './checkout-submission.ts';
import { pathOf } from './funnel.ts';
import type { LetterLine, LineDetail } from './letter.ts';
import type { ShopEvent } from './shop-event.ts';

/** What a line of a letter is made of. */
export type LineContent = CheckoutContent &
  Pick<ShopEvent, 'eventId' | 'time' | 'referrer' | 'items' | 'value' | 'currency' | 'orderId'>;

/** Only what the actor needs: pages of page views and of checkout forms, and the details of what touches a cart or checkout. */
export function writeLine(event: LineContent, partition: number, offset: number): LetterLine {
  const { time, eventId, action } = event;
  const isPageOfNote = action === 'pageview' || isCheckoutSubmission(event);
  const page = isPageOfNote ? event.page : null;
  const touchesCart = actionOf(action).cart(pathOf(page)) !== null;
  const detail = isPageOfNote || touchesCart ? detailOf(event, touchesCart) : null;
  if (detail) return [partition, offset, time, eventId, action, page, detail];
  return page === null
    ? [partition, offset, time, eventId, action]
    : [partition, offset, time, eventId, action, page];
}

function detailOf(event: LineContent, touchesCart: boolean): LineDetail | null {
  const detail: LineDetail = {
    ...(touchesCart ? cartDetailOf(event) : {}),
    ...checkoutDetailOf(event),
    ...(event.action === 'pageview' && isAnotherSite(event.referrer) ? { referrer: event.referrer } : {}),
  };
  return Object.keys(detail).length > 0 ? detail : null;
}

function cartDetailOf({ items, value, currency, orderId }: LineContent): LineDetail {
  return {
    ...(items.length > 0 ? { items } : {}),
    ...(value === null ? {} : { value }),
    ...(currency === null ? {} : { currency }),
    ...(orderId === null ? {} : { orderId }),
  };
}

/** The shop's own pages refer by their path. */
const isAnotherSite = (referrer: string | null): referrer is string => referrer?.includes('://') === true;
