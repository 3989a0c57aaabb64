import type { AlertFate } from '../../events/journey-record.ts';
import type { JourneyView } from './view.ts';

const mostItemsShown = 10;
const mostCharactersShown = 80;

const alertFates: Readonly<Record<AlertFate, string>> = {
  said: 'its alert was said',
  suppressed: 'no alert, as another one was said shortly before',
  held: 'its alert is held back',
  dropped: 'no alert, as the user came back in the quiet hours',
};

/** The journey in Markdown, for the Temporal UI: readable by someone who does not know the code. */
export function describeJourney(view: JourneyView): string {
  return [
    `### ${headline(view)}`,
    describeHandOver(view),
    describeNext(view),
    describeSegment(view),
    describeItems(view),
    describeSession(view),
    describePast(view),
    describeFirstTouch(view),
    describeCounts(view),
    // The UI measures the text a line too short and cuts the last one: a zero-width space gives it one to cut.
    '\u200b',
  ]
    .filter((paragraph) => paragraph !== '')
    .join('\n\n');
}

function headline({ kind, funnelStep, cart }: JourneyView): string {
  const who = `${kind === 'user' ? 'User' : 'Visitor'} at step **${funnelStep}**`;
  if (!cart) return `${who}, no open cart`;
  return cart.value === null ? `${who}, with an open cart` : `${who}, cart worth **${money(cart)}**`;
}

function describeHandOver({ handedOver }: JourneyView): string {
  if (!handedOver) return '';
  const which =
    handedOver.until === null ? 'what it did' : `what it did before ${readable(handedOver.until)}`;
  return `This visitor turned out to be a user: ${which} is in the journey of ${code(handedOver.userId)}.`;
}

/** What the journey waits for. */
function describeNext({ cart, lastAbandonment, heldAlert }: JourneyView): string {
  if (heldAlert) {
    const what = heldAlert.kind === 'checkout' ? 'checkout' : 'cart';
    return `**Alert held back** by the quiet hours until ${readable(heldAlert.saidUnlessActiveBy)}. Without any activity until then, the abandoned ${what} is said; otherwise its alert is dropped.`;
  }
  if (cart?.abandonedUnlessActiveBy) {
    const what = cart.stage === 'checkout' ? 'checkout' : 'cart';
    return `**Next deadline:** ${readable(cart.abandonedUnlessActiveBy)}. Without any activity until then, the ${what} counts as abandoned.`;
  }
  return lastAbandonment && !lastAbandonment.recovered
    ? '**Next deadline:** none. A purchase may still recover the abandoned cart.'
    : '**Next deadline:** none.';
}

function describeSegment({ segment: { name, since, because } }: JourneyView): string {
  return `**Segment:** ${name}${since === null ? '' : `, since ${readable(since)}`}: ${because}.`;
}

function describeItems({ cart }: JourneyView): string {
  if (!cart) return '';
  const opened = `**Cart**, open since ${readable(cart.openedAt)}`;
  if (cart.items.length === 0) return `${opened}: its items are not known.`;
  const rows = cart.items
    .slice(0, mostItemsShown)
    .map(
      ({ productId, quantity, price }) =>
        `| ${code(productId)} | ${quantity} | ${price === null ? '–' : price.toFixed(2)} |`,
    );
  const more = cart.items.length - mostItemsShown;
  return [
    `${opened}:`,
    ['| product | quantity | price of one |', '| --- | --: | --: |', ...rows].join('\n'),
    ...(more > 0 ? [`and ${count(more, 'more product')}`] : []),
  ].join('\n\n');
}

function describeSession({ session, sessions }: JourneyView): string {
  if (!session) return '';
  const { entryPage, lastPage } = session;
  const pages = entryPage && lastPage ? `, from ${code(entryPage)} to ${code(lastPage)}` : '';
  const reached = Object.entries(session.reached).map(([step, at]) => `| ${step} | ${readable(at)} |`);
  return [
    `**Latest session** (the ${ordinal(sessions)}): ${readable(session.startedAt)} to ${readable(session.lastEventAt)}, ` +
      `${count(session.events, 'event')}, ${count(session.pageviews, 'page view')}${pages}`,
    ['| step | first reached |', '| --- | --- |', ...reached].join('\n'),
  ].join('\n\n');
}

/** Purchases, abandoned carts and checkout trouble, one line each, where there were any. */
function describePast(view: JourneyView): string {
  const { purchases, purchasedValue, lastPurchase, abandonments, lastAbandonment } = view;
  const lines: string[] = [];
  if (lastPurchase) {
    lines.push(
      `- **Purchases:** ${purchases}, worth ${purchasedValue.toFixed(2)} in all, the last ${readable(lastPurchase.at)}`,
    );
  }
  if (lastAbandonment) {
    const where = lastAbandonment.kind === 'checkout' ? 'in the checkout' : 'before the checkout';
    lines.push(
      `- **Abandoned carts:** ${abandonments}, the last ${readable(lastAbandonment.at)} ${where}, ` +
        (lastAbandonment.recovered ? 'recovered by a purchase' : 'not recovered so far') +
        `; ${alertFates[lastAbandonment.alert]}`,
    );
  }
  if (view.checkoutTrouble) lines.push(`- **Checkout trouble:** ${describeTrouble(view.checkoutTrouble)}`);
  return lines.join('\n');
}

function describeFirstTouch({ firstTouch }: JourneyView): string {
  if (!firstTouch) return '';
  const from = firstTouch.referrer === null ? '' : `, from ${code(firstTouch.referrer)}`;
  return `**First seen:** ${readable(firstTouch.at)} on ${code(firstTouch.page ?? '')}${from}`;
}

function describeTrouble(trouble: NonNullable<JourneyView['checkoutTrouble']>): string {
  const { reason, page, attempts, inferred, loadTimeSeconds, usualLoadTimeSeconds, at } = trouble;
  const when = `the last ${readable(at)}`;
  if (reason === 'slow_page')
    return `${when}: ${code(page)} took ${loadTimeSeconds ?? 0} s to load, usually ${usualLoadTimeSeconds ?? 0} s`;
  const outcome = inferred ? 'led nowhere' : 'failed';
  return `${when}: ${count(attempts, 'submission')} on ${code(page)} ${outcome}`;
}

function describeCounts({ counts }: JourneyView): string {
  return `_${count(counts.events, 'event')} in all; ${counts.duplicates} repeated and ignored, ${counts.late} too late to count_`;
}

const money = ({ value, currency }: NonNullable<JourneyView['cart']>): string =>
  `${(value ?? 0).toFixed(2)} ${currency ?? ''}`.trimEnd();

const readable = (iso: string): string => iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');

const count = (many: number, thing: string): string => `${many} ${thing}${many === 1 ? '' : 's'}`;

/** Shop data as code: it may hold anything, and must neither end the code nor its table cell. */
const code = (text: string): string =>
  `\`${text.replaceAll(/[`|\s]+/g, ' ').slice(0, mostCharactersShown) || '–'}\``;

function ordinal(number: number): string {
  const ending = { 1: 'st', 2: 'nd', 3: 'rd' }[number % 10];
  const isTeen = number % 100 >= 11 && number % 100 <= 13;
  return `${number}${isTeen ? 'th' : (ending ?? 'th')}`;
}
