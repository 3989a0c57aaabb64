import type { LetterText } from '../../activities/deliver-letter.ts';
import type { Letter } from '../../events/letter.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { writeLine } from '../../events/write-line.ts';
import type { Mail, OutgoingLetter } from './mailbox.ts';
import type { Route } from './visitors.ts';

interface Position {
  readonly partition: number;
  readonly offset: number;
  readonly appendedAt: number;
}

export function toMail(event: ShopEvent, position: Position, isUrgent: boolean, route: Route): Mail {
  const line = JSON.stringify(writeLine(event, position.partition, position.offset));
  const { partition, offset, appendedAt } = position;
  const isHeldBack = route.to === 'nobody';
  const completeUntil = isHeldBack ? null : route.joins;
  const { sessionId } = event;
  return {
    journeyId: isHeldBack ? route.sessionId : route.journeyId,
    partition,
    offset,
    appendedAt,
    // What somebody did as a visitor must be with the user's journey before the cart's deadline or the purchase.
    urgent: isUrgent || completeUntil === appendedAt,
    line,
    bytes: line.length,
    visitorId: isHeldBack ? null : route.visitorId,
    joins: completeUntil !== null && sessionId !== null ? { sessionId, completeUntil } : null,
    asks: !isHeldBack && route.asks,
    isSettled: isHeldBack,
  };
}

/** The letter as JSON text, put together from its lines without reading them again. */
export function writeLetter({ mail }: OutgoingLetter, incarnations: ReadonlyMap<number, string>): LetterText {
  const joins = mail.flatMap((each) => each.joins ?? []);
  const asks = mail.some((each) => each.asks);
  const partitions =
    joins.length > 0 || asks ? incarnations.keys() : new Set(mail.map(({ partition }) => partition));
  const head: Omit<Letter, 'lines' | 'visitors'> = {
    incarnations: Object.fromEntries(
      [...partitions].map((partition) => [partition, incarnations.get(partition) ?? '']),
    ),
    appendedUpTo: mail.reduce((latest, { appendedAt }) => Math.max(latest, appendedAt), 0),
    ...(joins.length > 0 ? { joins: joinsOf(joins) } : {}),
    ...(asks ? { asks } : {}),
  };
  const lines = linesOf(mail.filter(({ visitorId }) => visitorId === null));
  const visitors = visitorsOf(mail.filter(({ visitorId }) => visitorId !== null));
  return { json: `${JSON.stringify(head).slice(0, -1)},"lines":${lines}${visitors}}` };
}

const linesOf = (mail: readonly Mail[]): string => `[${mail.map(({ line }) => line).join(',')}]`;

function visitorsOf(mail: readonly Mail[]): string {
  if (mail.length === 0) return '';
  const visitors = [...new Set(mail.map(({ visitorId }) => visitorId))];
  const entries = visitors.map(
    (visitor) =>
      `${JSON.stringify(visitor)}:${linesOf(mail.filter(({ visitorId }) => visitorId === visitor))}`,
  );
  return `,"visitors":{${entries.join(',')}}`;
}

const joinsOf = (joins: readonly NonNullable<Mail['joins']>[]): NonNullable<Letter['joins']> =>
  Object.fromEntries(joins.map(({ sessionId, completeUntil }) => [sessionId, completeUntil]));
