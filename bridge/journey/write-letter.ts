import { actionOf } from '../../events/actions.ts';
import { pathOf } from '../../events/funnel.ts';
import type { Letter, LetterLine, LineDetail } from '../../events/letter.ts';
import { isCheckoutSubmission } from '../../events/checkout-submission.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { checkoutDetailOf } from './checkout-detail.ts';
import type { Mail, OutgoingLetter } from './mailbox.ts';

/** A tuple's brackets, numbers and commas, beside its texts. */
const lineOverheadBytes = 48;

export function toMail(
  event: ShopEvent,
  position: { readonly partition: number; readonly offset: number; readonly appendedAt: number },
  urgent: boolean,
): Mail {
  const line = toLine(event, position.partition, position.offset);
  const detail = line[6] ? JSON.stringify(line[6]).length : 0;
  const bytes = lineOverheadBytes + event.eventId.length + (event.page?.length ?? 0) + detail;
  return { ...position, journeyId: event.journeyId, urgent, line, bytes };
}

/** Only what the actor needs: pages of page views and of checkout forms, and the details of what touches a cart or checkout. */
function toLine(event: ShopEvent, partition: number, offset: number): LetterLine {
  const { time, eventId, action } = event;
  const page = action === 'pageview' || isCheckoutSubmission(event) ? event.page : null;
  const detail = detailOf(event, actionOf(action).cart(pathOf(page)) !== null);
  if (detail) return [partition, offset, time, eventId, action, page, detail];
  return page === null
    ? [partition, offset, time, eventId, action]
    : [partition, offset, time, eventId, action, page];
}

function detailOf(event: ShopEvent, touchesCart: boolean): LineDetail | null {
  const detail = { ...(touchesCart ? cartDetailOf(event) : {}), ...checkoutDetailOf(event) };
  return Object.keys(detail).length > 0 ? detail : null;
}

function cartDetailOf({ items, value, currency, orderId }: ShopEvent): LineDetail {
  return {
    ...(items.length > 0 ? { items } : {}),
    ...(value === null ? {} : { value }),
    ...(currency === null ? {} : { currency }),
    ...(orderId === null ? {} : { orderId }),
  };
}

export function toLetter({ mail }: OutgoingLetter, incarnations: ReadonlyMap<number, string>): Letter {
  const partitions = new Set(mail.map(({ partition }) => partition));
  return {
    incarnations: Object.fromEntries(
      [...partitions].map((partition) => [partition, incarnations.get(partition) ?? '']),
    ),
    appendedUpTo: Math.max(...mail.map(({ appendedAt }) => appendedAt)),
    lines: mail.map(({ line }) => line),
  };
}
