import type { Letter, LetterLine } from '../../events/letter.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { writeLine } from '../../events/write-line.ts';
import type { Mail, OutgoingLetter } from './mailbox.ts';
import type { Route } from './visitors.ts';

/** A tuple's brackets, numbers and commas, beside its texts. */
const lineOverheadBytes = 48;

interface Position {
  readonly partition: number;
  readonly offset: number;
  readonly appendedAt: number;
}

export function toMail(event: ShopEvent, position: Position, isUrgent: boolean, route: Route): Mail {
  const line = writeLine(event, position.partition, position.offset);
  const detail = line[6] ? JSON.stringify(line[6]).length : 0;
  const bytes = lineOverheadBytes + event.eventId.length + (event.page?.length ?? 0) + detail;
  const content = { ...position, line, bytes };
  if (route.to === 'nobody') {
    const { sessionId: journeyId } = route;
    return {
      ...content,
      journeyId,
      urgent: isUrgent,
      visitorId: null,
      joins: null,
      asks: false,
      isSettled: true,
    };
  }
  const { journeyId, visitorId, joins: completeUntil, asks } = route;
  const { sessionId } = event;
  const joins = completeUntil !== null && sessionId !== null ? { sessionId, completeUntil } : null;
  // What somebody did as a visitor must be with the user's journey before the cart's deadline or the purchase.
  const urgent = isUrgent || completeUntil === position.appendedAt;
  return { ...content, journeyId, urgent, visitorId, joins, asks, isSettled: false };
}

export function toLetter({ mail }: OutgoingLetter, incarnations: ReadonlyMap<number, string>): Letter {
  const joins = mail.flatMap((each) => each.joins ?? []);
  const asks = mail.some((each) => each.asks);
  const partitions =
    joins.length > 0 || asks ? incarnations.keys() : new Set(mail.map(({ partition }) => partition));
  const visitorMail = mail.filter(({ visitorId }) => visitorId !== null);
  return {
    incarnations: Object.fromEntries(
      [...partitions].map((partition) => [partition, incarnations.get(partition) ?? '']),
    ),
    appendedUpTo: mail.reduce((latest, { appendedAt }) => Math.max(latest, appendedAt), 0),
    lines: mail.filter(({ visitorId }) => visitorId === null).map(({ line }) => line),
    ...(visitorMail.length > 0 ? { visitors: linesByVisitor(visitorMail) } : {}),
    ...(joins.length > 0 ? { joins: joinsOf(joins) } : {}),
    ...(asks ? { asks } : {}),
  };
}

function linesByVisitor(mail: readonly Mail[]): Record<string, LetterLine[]> {
  const lines: Record<string, LetterLine[]> = {};
  for (const { visitorId, line } of mail) if (visitorId !== null) (lines[visitorId] ??= []).push(line);
  return lines;
}

const joinsOf = (joins: readonly NonNullable<Mail['joins']>[]): NonNullable<Letter['joins']> =>
  Object.fromEntries(joins.map(({ sessionId, completeUntil }) => [sessionId, completeUntil]));
