import type { JourneyView } from './view.ts';

/** The journey in Markdown, for the Temporal UI: readable by someone who does not know the code. */
export function describeJourney(view: JourneyView): string {
  return [
    `### ${view.kind === 'user' ? 'User' : 'Visitor'} at step **${view.funnelStep}**`,
    describeSession(view),
    describeCart(view),
    describePurchases(view),
    describeAbandonment(view),
    `_${view.counts.events} events in ${view.counts.letters} letters, ${view.counts.duplicates} delivered again, ${view.counts.late} late_`,
  ]
    .filter((paragraph) => paragraph !== '')
    .join('\n\n');
}

function describeSession({ session, sessions }: JourneyView): string {
  if (!session) return '';
  const reached = Object.entries(session.reached)
    .map(([step, at]) => `| ${step} | ${readable(at)} |`)
    .join('\n');
  return [
    `**Session ${sessions}** since ${readable(session.startedAt)}, last seen ${readable(session.lastEventAt)}: ` +
      `${session.events} events, ${session.pageviews} page views, from \`${session.entryPage ?? '–'}\` to \`${session.lastPage ?? '–'}\``,
    `| step | reached |\n| --- | --- |\n${reached}`,
  ].join('\n\n');
}

function describeCart({ cart }: JourneyView): string {
  if (!cart) return '**Cart:** none open';
  const items = cart.items
    .slice(0, 10)
    .map(
      (item) => `- ${item.quantity} × \`${item.productId}\`${item.price === null ? '' : ` at ${item.price}`}`,
    );
  const more = cart.items.length > 10 ? [`- and ${cart.items.length - 10} more`] : [];
  const worth = cart.value === null ? '' : `, worth ${cart.value} ${cart.currency ?? ''}`.trimEnd();
  const deadline = cart.abandonedUnlessActiveBy
    ? `; abandoned unless active by **${readable(cart.abandonedUnlessActiveBy)}**`
    : '';
  return [
    `**Cart** open since ${readable(cart.openedAt)}, at ${cart.stage}${worth}${deadline}`,
    ...items,
    ...more,
  ].join('\n');
}

function describePurchases({ purchases, purchasedValue, lastPurchase }: JourneyView): string {
  return lastPurchase
    ? `**Purchases:** ${purchases}, ${purchasedValue} in all, the last ${readable(lastPurchase.at)}`
    : '';
}

function describeAbandonment({ abandonments, lastAbandonment }: JourneyView): string {
  if (!lastAbandonment) return '';
  const outcome = lastAbandonment.recovered ? 'recovered since' : 'not recovered';
  return `**Abandoned carts:** ${abandonments}, the last at ${lastAbandonment.kind} ${readable(lastAbandonment.at)}, ${outcome}`;
}

const readable = (iso: string): string => iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
