import { formOf, isCheckoutPage, isCheckoutSubmission, submissionOutcome } from './checkout-submission.ts';
import type { LineDetail } from './letter.ts';
import type { Device, ShopEvent } from './shop-event.ts';

export type CheckoutContent = Pick<
  ShopEvent,
  'action' | 'page' | 'loadTimeSeconds' | 'device' | 'properties'
>;

/** What a journey needs to see trouble: the load time of checkout pages and how their forms ended. Of other events nothing. */
export function checkoutDetailOf(event: CheckoutContent): LineDetail {
  if (isCheckoutSubmission(event)) {
    const outcome = submissionOutcome(event.properties);
    const form = formOf(event.properties);
    return {
      ...(outcome === null ? {} : { failed: outcome === 'failed' }),
      ...(form === null ? {} : { form }),
      ...deviceOf(event.device),
    };
  }
  if (event.action !== 'pageview' || !isCheckoutPage(event.page) || event.loadTimeSeconds === null) return {};
  return { loadTime: event.loadTimeSeconds, ...deviceOf(event.device) };
}

function deviceOf({ type, browser, os }: Device): Pick<LineDetail, 'device'> {
  const device = {
    ...(type === null ? {} : { type }),
    ...(browser === null ? {} : { browser }),
    ...(os === null ? {} : { os }),
  };
  return Object.keys(device).length > 0 ? { device } : {};
}
