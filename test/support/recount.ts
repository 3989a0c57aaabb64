import { actionOf, type ActionName } from '../../events/actions.ts';
import { funnelSteps, pathOf, rankOf, type FunnelStep } from '../../events/funnel.ts';
import type { ShopEvent } from '../../events/shop-event.ts';

/** The roll-ups again, the plain way: all events in memory, one user after the other. Slow, and easy to believe. */

export type RecountedSession = ReturnType<typeof sessionRow>;
export type RecountedMinute = ReturnType<typeof minuteRow>;

const dayMs = 24 * 60 * 60 * 1000;
const minuteMs = 60_000;

export function recountSessions(events: readonly ShopEvent[], gapMs: number) {
  return byJourney(events).flatMap((own) => {
    const sessions: { runStart: number; events: ShopEvent[] }[] = [];
    let runStart = 0;
    let before = Number.NEGATIVE_INFINITY;
    let part = 0;
    for (const event of own) {
      const isNewRun = event.time - before > gapMs;
      if (isNewRun) runStart = event.time;
      const ownPart = Math.floor((event.time - runStart) / dayMs);
      if (isNewRun || ownPart !== part) sessions.push({ runStart, events: [] });
      sessions.at(-1)?.events.push(event);
      part = ownPart;
      before = event.time;
    }
    return sessions.map(({ runStart: from, events: inSession }) => sessionRow(from, inSession));
  });
}

/** One session's row, of all its events in order. */
function sessionRow(runStart: number, events: readonly ShopEvent[]) {
  const views = events.filter(({ action }) => action === 'pageview');
  const first = <Value>(read: (event: ShopEvent) => Value | null): Value | null =>
    events.map(read).find((value) => value !== null) ?? null;
  return {
    journey_id: events[0]?.journeyId,
    start_time: new Date(events[0]?.time ?? 0),
    end_time: new Date(events.at(-1)?.time ?? 0),
    run_start_time: new Date(runStart),
    session_id: first(({ sessionId }) => sessionId),
    user_id: userOf(events),
    device_type: first(({ device }) => device.type),
    os: first(({ device }) => device.os),
    browser: first(({ device }) => device.browser),
    events: events.length,
    pageviews: views.length,
    entry_page: views[0]?.page ?? null,
    exit_page: views.at(-1)?.page ?? null,
    referrer: first(({ referrer }) => referrer),
    bot: events.some(({ bot }) => bot),
    clicks: count(events, 'click'),
    scrolls: count(events, 'scroll'),
    form_submits: count(events, 'form_submit'),
    video_plays: count(events, 'video_play'),
    view_items: count(events, 'view_item'),
    add_to_carts: count(events, 'add_to_cart'),
    remove_from_carts: count(events, 'remove_from_cart'),
    begin_checkouts: count(events, 'begin_checkout'),
    logins: count(events, 'login'),
    ...stepsOf(events),
    ...turnoverOf(events),
    ...originOf(events),
    bounced:
      views.length <= 1 && !events.some(({ action }) => action === 'add_to_cart' || action === 'purchase'),
  };
}

/** A visitor's events are those of the user under whose journey they stand. */
const userOf = ([first]: readonly ShopEvent[]): string | null =>
  first?.journeyId.startsWith('u') ? first.journeyId : null;

const count = (events: readonly ShopEvent[], name: ActionName): number =>
  events.filter(({ action }) => action === name).length;

function stepsOf(events: readonly ShopEvent[]) {
  const steps = events.map(({ action, page, time }) => ({ step: actionOf(action).step(pathOf(page)), time }));
  const firstAt = (wanted: FunnelStep): Date | null => {
    const first = steps.find(({ step }) => step === wanted);
    return first ? new Date(first.time) : null;
  };
  const furthest = Math.max(...steps.map(({ step }) => (step === null ? -1 : rankOf(step))));
  return {
    furthest_step: funnelSteps[furthest] ?? null,
    product_at: firstAt('product'),
    cart_at: firstAt('cart'),
    checkout_at: firstAt('checkout'),
    purchase_at: firstAt('purchase'),
  };
}

function turnoverOf(events: readonly ShopEvent[]) {
  const purchases = events.filter(
    (event, index) =>
      event.action === 'purchase' &&
      (event.orderId === null ||
        !events
          .slice(0, index)
          .some(({ action, orderId }) => action === 'purchase' && orderId === event.orderId)),
  );
  const refunds = events.filter(({ action }) => action === 'refund');
  const deals = events.filter((event) => purchases.includes(event) || refunds.includes(event));
  const currency = deals.find((deal) => deal.value !== null && deal.currency !== null)?.currency ?? null;
  const inCurrency = (some: readonly ShopEvent[]): number =>
    some
      .filter((deal) => deal.currency === null || deal.currency === currency)
      .reduce((sum, { value }) => sum + (value ?? 0), 0);
  return {
    purchases: purchases.length,
    order_ids: purchases.flatMap(({ orderId }) => orderId ?? []),
    revenue: inCurrency(purchases),
    refunds: refunds.length,
    refunded: inCurrency(refunds),
    currency,
  };
}

/** Where the first event with a page came from. */
function originOf(events: readonly ShopEvent[]) {
  const landing = events.find(({ page }) => page !== null);
  const parametersOf = (location: string | null | undefined) =>
    new URLSearchParams(location?.split('?')[1] ?? '');
  const own = parametersOf(landing?.page);
  const utm = own.get('utm_source') ? own : parametersOf(landing?.referrer);
  const referrer = landing?.referrer ?? '';
  const host = URL.canParse(referrer) ? new URL(referrer).hostname.replace(/^www\./, '') : null;
  return {
    landing_page: pathOf(landing?.page),
    source: utm.get('utm_source') ?? host ?? 'direct',
    utm_source: utm.get('utm_source'),
    utm_medium: utm.get('utm_medium'),
    utm_campaign: utm.get('utm_campaign'),
  };
}

export function recountMinutes(events: readonly ShopEvent[]) {
  return byJourney(events).flatMap((own) => {
    const minutes = groupBy(own, ({ time }) => Math.floor(time / minuteMs));
    return [...minutes].map(([minute, inMinute]) => minuteRow((minute + 1) * minuteMs, inMinute));
  });
}

function minuteRow(end: number, events: readonly ShopEvent[]) {
  const counting = (name: string) => events.filter(({ action }) => actionOf(action).counts === name).length;
  const pages = events.flatMap(({ action, page }) => (action === 'pageview' && page !== null ? [page] : []));
  return {
    journey_id: events[0]?.journeyId,
    window_end_time: new Date(end),
    last_event_at: new Date(events.at(-1)?.time ?? 0),
    user_id: userOf(events),
    pageviews: counting('pageviews'),
    clicks: counting('clicks'),
    scrolls: counting('scrolls'),
    form_submits: counting('form_submits'),
    video_plays: counting('video_plays'),
    pages_visited: [...new Set(pages)].sort(),
    bot: events.some(({ bot }) => bot),
  };
}

export function byJourney(events: readonly ShopEvent[]): ShopEvent[][] {
  const sorted = events.toSorted(
    (one, other) => one.time - other.time || (one.eventId < other.eventId ? -1 : 1),
  );
  const journeys = groupBy(sorted, ({ journeyId }) => journeyId);
  return [...journeys].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, own]) => own);
}

/** `Map.groupBy` is not in Node 20. */
export function groupBy<Key>(
  events: readonly ShopEvent[],
  keyOf: (event: ShopEvent) => Key,
): Map<Key, ShopEvent[]> {
  const groups = new Map<Key, ShopEvent[]>();
  for (const event of events) groups.set(keyOf(event), [...(groups.get(keyOf(event)) ?? []), event]);
  return groups;
}
