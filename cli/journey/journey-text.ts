import type { JourneyView } from '../../workflows/journey/view.ts';
import { amount, count, distance, printable, readableTime } from './wording.ts';

/** A journey as Temporal has it: what it knows, and whether it still runs. */
export interface FoundJourney {
  readonly view: JourneyView;
  /** ISO 8601; null while it runs. */
  readonly endedAt: string | null;
}

type Line = readonly [label: string, text: string];

const labelWidth = 14;
const mostItems = 20;

/** The journey for a terminal, without a line end at its end. `now` is in milliseconds since 1970. */
export function journeyText({ view, endedAt }: FoundJourney, now: number): string {
  const when = (iso: string): string => `${readableTime(iso)} (${distance(iso, now)})`;
  const lines: Line[] = [
    ...(endedAt === null ? [] : [['Ended', `${when(endedAt)}; this is what it knew then`] as const]),
    ...handedOverLines(view),
    ['Segment', segmentText(view, when)],
    ...firstTouchLines(view),
    ['Last event', view.lastEventAt === null ? 'none' : when(view.lastEventAt)],
    ...sessionLines(view),
    ...cartLines(view, endedAt !== null, now),
    ['Purchases', purchases(view)],
    ['Abandonments', abandonments(view)],
    ...heldAlertLines(view, endedAt !== null, now),
    ...troubleLines(view),
    ...(endedAt === null ? [['Ends', `not before ${when(view.restsAfter)}`] as const] : []),
    ['Counts', counts(view)],
  ];
  return [headline(view, endedAt), ...lines.map(([label, text]) => label.padEnd(labelWidth) + text)].join(
    '\n',
  );
}

function headline({ kind, journeyId, funnelStep }: JourneyView, endedAt: string | null): string {
  const who = `${kind === 'user' ? 'User' : 'Visitor'} ${journeyId}`;
  return endedAt === null ? `${who} at step ${funnelStep}` : `${who}, last at step ${funnelStep}`;
}

function handedOverLines({ handedOver }: JourneyView): Line[] {
  if (handedOver === null) return [];
  const since = handedOver.until === null ? '' : `, up to ${readableTime(handedOver.until)}`;
  return [['Is now', `user ${handedOver.userId}${since}`]];
}

function firstTouchLines({ firstTouch }: JourneyView): Line[] {
  if (firstTouch === null) return [];
  const { at, page, referrer } = firstTouch;
  const from = referrer === null ? '' : `, from ${printable(referrer)}`;
  return [['First seen', `${readableTime(at)} on ${printable(page ?? '')}${from}`]];
}

function segmentText(
  { segment: { name, since, because } }: JourneyView,
  when: (iso: string) => string,
): string {
  return `${name}${since === null ? '' : ` since ${when(since)}`}: ${because}`;
}

/** Not whether it is open: a query is answered as of the workflow's last step, so it would still be when the gap has passed. */
function sessionLines({ session, sessions }: JourneyView): Line[] {
  if (session === null) return [['Session', 'none']];
  const { startedAt, lastEventAt, events, pageviews, entryPage, lastPage } = session;
  const pages =
    entryPage === null || lastPage === null ? '' : `, from ${printable(entryPage)} to ${printable(lastPage)}`;
  return [
    ['Session', `number ${sessions}, ${readableTime(startedAt)} to ${readableTime(lastEventAt)}`],
    ['', `${count(events, 'event')}, ${count(pageviews, 'page view')}${pages}`],
    ...Object.entries(session.reached).map(([step, at]): Line => ['', `${readableTime(at)} ${step}`]),
  ];
}

function troubleLines({ checkoutTrouble: trouble }: JourneyView): Line[] {
  if (!trouble) return [];
  const { reason, page, attempts, inferred, loadTimeSeconds, usualLoadTimeSeconds, at } = trouble;
  const what =
    reason === 'slow_page'
      ? `${printable(page)} took ${loadTimeSeconds ?? 0} s to load, usually ${usualLoadTimeSeconds ?? 0} s`
      : `${count(attempts, 'submission')} on ${printable(page)} ${inferred ? 'led nowhere' : 'failed'}`;
  return [['Trouble', `${readableTime(at)} in the checkout: ${what}`]];
}

function cartLines({ cart }: JourneyView, hasEnded: boolean, now: number): Line[] {
  if (cart === null) return [['Cart', 'none open']];
  const value = cart.value === null ? 'value not known' : `worth ${amount(cart.value, cart.currency)}`;
  const stage = cart.stage === 'checkout' ? ', in checkout' : '';
  const shown = cart.items.slice(0, mostItems);
  const more = cart.items.length - shown.length;
  const by = cart.abandonedUnlessActiveBy;
  return [
    ['Cart', `${value}${stage}, open since ${readableTime(cart.openedAt)}`],
    ...shown.map(({ productId, quantity, price }): Line => {
      const each = price === null ? 'price not known' : `at ${amount(price, cart.currency)}`;
      return ['', `${quantity} × ${printable(productId)} ${each}`];
    }),
    ...(cart.items.length === 0 ? [['', 'its items are not known'] as const] : []),
    ...(more > 0 ? [['', `and ${count(more, 'more product')}`] as const] : []),
    ...(by === null || hasEnded ? [] : [['', deadline(by, now)] as const]),
  ];
}

function deadline(by: string, now: number): string {
  return Date.parse(by) > now
    ? `counts as abandoned at ${readableTime(by)} (${distance(by, now)}) without any activity until then`
    : `its deadline passed at ${readableTime(by)} (${distance(by, now)}): whether it is abandoned is being decided`;
}

function purchases({ purchases: many, purchasedValue, lastPurchase }: JourneyView): string {
  if (lastPurchase === null) return 'none';
  const value =
    lastPurchase.value === null ? 'of a value not known' : `of ${amount(lastPurchase.value, null)}`;
  return `${many}, worth ${amount(purchasedValue, null)} in all; the last ${value} at ${readableTime(lastPurchase.at)}`;
}

function abandonments({ abandonments: many, lastAbandonment }: JourneyView): string {
  if (lastAbandonment === null) return 'none';
  const { kind, at, recovered } = lastAbandonment;
  const what = kind === 'checkout' ? 'a checkout' : 'a cart';
  return `${many}; the last, ${what}, at ${readableTime(at)}, ${recovered ? 'recovered by a purchase' : 'not recovered so far'}`;
}

function heldAlertLines({ heldAlert }: JourneyView, hasEnded: boolean, now: number): Line[] {
  if (!heldAlert || hasEnded) return [];
  const until = heldAlert.saidUnlessActiveBy;
  return [
    [
      '',
      `its alert is held back by the quiet hours until ${readableTime(until)} (${distance(until, now)}), ` +
        'and dropped if the user comes back before',
    ],
  ];
}

function counts({ counts: { events, letters, duplicates, late } }: JourneyView): string {
  return `${count(events, 'event')} in ${count(letters, 'letter')}; ${duplicates} repeated and ignored, ${late} too late to count`;
}
