import { createParser, type Parsed } from '../../bridge/parse/parse-event.ts';
import { createPseudonyms } from '../../bridge/parse/pseudonyms.ts';
import type { ShopEvent } from '../../events/shop-event.ts';

export const appendedAt = Date.UTC(2026, 4, 17, 12);
export const clockSkewLimitMs = 5 * 60_000;
export const maxEventBytes = 262_144;

export const pseudonyms = createPseudonyms({ version: 1, key: 'a key that is only for tests' });
const parse = createParser(pseudonyms, { maxEventBytes, clockSkewLimitMs });

export const parseText = (text: string): Parsed => parse({ value: Buffer.from(text), appendedAt });
export const parseBytes = (value: Buffer | null): Parsed => parse({ value, appendedAt });
export const parseJson = (json: unknown): Parsed => parseText(JSON.stringify(json));

/** The event of an object that must be usable. */
export function eventOf(json: unknown): ShopEvent {
  const parsed = parseJson(json);
  if (!parsed.usable) throw new Error(`not usable: ${parsed.reason}`);
  return parsed.event;
}

/** Why an object or text must go to the dead letters. */
export function reasonOf(parsed: Parsed): string {
  if (parsed.usable) throw new Error(`usable: ${JSON.stringify(parsed.event)}`);
  return parsed.reason;
}

/** A whole raw event as the contract's table has it. */
export const rawPageView = {
  event_id: 'evt-0001',
  timestamp: '2026-05-17T11:59:58.250Z',
  user_id: 'user_000042',
  session_id: 'sess-7f3a9c21',
  action: 'pageview',
  page: '/product/1234',
  device: { type: 'mobile', browser: 'Firefox', os: 'Android' },
  referrer: '/products',
  load_time: 0.82,
  ip_address: '203.0.113.77',
};
