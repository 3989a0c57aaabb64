import type { z } from 'zod';

import { isActionName, type ActionName } from '../../events/actions.ts';
import { rawEventSchema, type RawEvent } from '../../events/raw-event.ts';
import { greatestAmount, type Item, type ShopEvent } from '../../events/shop-event.ts';
import { parseTimestamp } from '../../events/timestamp.ts';
import { createBotCheck } from './bots.ts';
import { cleanPage, cleanReferrer } from './clean-location.ts';
import { cleanProperties, maskOf, type Mask } from './clean-properties.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { readJson } from './read-json.ts';

export interface RawMessage {
  readonly value: Buffer | null;
  /** The broker's or producer's time of the message, milliseconds since 1970: what a clock that is far ahead is clamped to. */
  readonly appendedAt: number;
}

export type Parsed =
  | {
      readonly usable: true;
      readonly event: ShopEvent;
      /** What the event's `journeyId` was under earlier keys: whoever was erased under one of them may not come back. */
      readonly earlierJourneyIds?: readonly string[];
    }
  | { readonly usable: false; readonly reason: string; readonly eventId: string | null };

export interface ParseLimits {
  readonly maxEventBytes: number;
  readonly clockSkewLimitMs: number;
}

const maxPropertiesBytes = 8192;
/** A masked text is at most so many times as long: `:masked` for a character and what parts it from the next. */
const mostGrowthByMasking = 8;
const actionAliases: Readonly<Record<string, ActionName>> = { page_view: 'pageview' };

/**
 * Turns one message into the canonical event, or says why it cannot be used. Never throws, and no reason echoes a value.
 * `earlier`: the pseudonyms under the keys that were in use before.
 */
export function createParser(
  pseudonyms: Pseudonyms,
  limits: ParseLimits,
  earlier: readonly Pseudonyms[] = [],
): (message: RawMessage) => Parsed {
  const isBots = createBotCheck();
  return ({ value, appendedAt }) => {
    if (value === null || value.length === 0) return unusable('the message is empty');
    if (value.length > limits.maxEventBytes) {
      return unusable(`too large: ${value.length} bytes, at most ${limits.maxEventBytes} are taken`);
    }
    let json: unknown;
    try {
      json = readJson(value.toString('utf8'));
    } catch {
      return unusable('not JSON');
    }
    if (json === null || typeof json !== 'object' || Array.isArray(json))
      return unusable('not a JSON object');
    const result = rawEventSchema.safeParse(json);
    if (!result.success) return unusable(describe(result.error), eventIdOf(json));
    const parsed = canonical(result.data, json as Record<string, unknown>, value.length, appendedAt);
    if (typeof parsed === 'string') return unusable(parsed, eventIdOf(json));
    if (earlier.length === 0) return { usable: true, event: parsed };
    return { usable: true, event: parsed, earlierJourneyIds: earlierIdsOf(result.data) };
  };

  function earlierIdsOf({ user_id: user, session_id: session }: RawEvent): string[] {
    return earlier.map(({ ofUser, ofSession }) => (user ? ofUser(user) : ofSession(session ?? '')));
  }

  /** The event, or why it cannot be used. */
  function canonical(
    raw: RawEvent,
    json: Record<string, unknown>,
    bytes: number,
    appendedAt: number,
  ): ShopEvent | string {
    if (!raw.user_id && !raw.session_id) return 'neither user_id nor session_id is given';
    const action = actionIn(raw);
    if (action === null) return 'action: missing';
    if (action === 'unknown') return 'action: not a known event type';
    if (action === 'pageview' && !raw.page) return 'page: a pageview needs one';
    const stated = parseTimestamp(raw.timestamp);
    if (stated === null) return 'timestamp: not an ISO 8601 time';
    const mask = maskOf(raw.user_id, raw.session_id, json.ip_address);
    const properties = propertiesOf(json, mask, bytes);
    if (properties === null) return 'nested too deeply';

    const timeClamped = stated > appendedAt + limits.clockSkewLimitMs;
    const userId = raw.user_id ? pseudonyms.ofUser(raw.user_id) : null;
    const sessionId = raw.session_id ? pseudonyms.ofSession(raw.session_id) : null;
    const items = itemsOf(raw);
    return {
      eventId: raw.event_id,
      time: timeClamped ? appendedAt : stated,
      timeClamped,
      journeyId: (userId ?? sessionId) as string,
      userId,
      sessionId,
      action,
      page: raw.page ? mask(cleanPage(raw.page)) : null,
      referrer: raw.referrer ? mask(cleanReferrer(raw.referrer)) : null,
      device: {
        type: raw.device?.type ?? null,
        browser: raw.device?.browser ?? null,
        os: raw.device?.os ?? null,
      },
      loadTimeSeconds: raw.load_time ?? null,
      items,
      value: raw.value ?? raw.purchase_amount ?? (action === 'purchase' ? totalOf(items) : null),
      currency: raw.currency ?? null,
      orderId: raw.order_id ?? null,
      properties,
      bot: isBots(json),
    };
  }
}

/** The action under either of its names; a bare purchase is known by its amount. */
function actionIn(raw: RawEvent): ActionName | 'unknown' | null {
  const name = raw.action ?? raw.event_type;
  if (!name) return raw.purchase_amount == null ? null : 'purchase';
  if (isActionName(name)) return name;
  return Object.hasOwn(actionAliases, name) ? (actionAliases[name] ?? 'unknown') : 'unknown';
}

function itemsOf(raw: RawEvent): Item[] {
  if (raw.items) {
    return raw.items.map(({ product_id, quantity, price }) => ({
      productId: product_id,
      quantity,
      price: price ?? null,
    }));
  }
  if (raw.product_id == null) return [];
  const quantity = raw.quantity ?? 1;
  const price = raw.price ?? (raw.purchase_amount == null ? null : raw.purchase_amount / quantity);
  return [{ productId: raw.product_id, quantity, price }];
}

/** What the items cost, to the cent; `null` when a price is missing or the sum is no money that anybody has. */
function totalOf(items: readonly Item[]): number | null {
  if (items.length === 0 || items.some((item) => item.price === null)) return null;
  const total = items.reduce((sum, item) => sum + item.quantity * (item.price ?? 0), 0);
  return Math.abs(total) <= greatestAmount ? Math.round(total * 100) / 100 : null;
}

/**
 * What the contract does not name, within the size limit. `null` when it is nested too deeply to be written.
 * `messageBytes`: the size of the message that holds it.
 */
function propertiesOf(
  json: Record<string, unknown>,
  mask: Mask,
  messageBytes: number,
): Record<string, unknown> | null {
  const properties = cleanProperties(json, mask);
  if (properties === null) return null;
  if (messageBytes * mostGrowthByMasking <= maxPropertiesBytes) return properties;
  const bytes = Buffer.byteLength(JSON.stringify(properties));
  return bytes <= maxPropertiesBytes ? properties : { dropped_bytes: bytes };
}

function describe(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    .join('; ');
}

/** Only an id that looks like one is repeated in a dead letter: a misplaced value may be personal. */
function eventIdOf(json: object): string | null {
  const id = (json as { event_id?: unknown }).event_id;
  return typeof id === 'string' && /^[\w-]{1,64}$/.test(id) ? id : null;
}

const unusable = (reason: string, eventId: string | null = null): Parsed => ({
  usable: false,
  reason,
  eventId,
});
