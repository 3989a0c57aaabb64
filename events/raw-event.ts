import { z } from 'zod';

import { greatestAmount } from './shop-event.ts';

/** PostgreSQL's index entries and people's screens both end somewhere: ids longer than this are a producer's mistake. */
const identifier = z.string().trim().min(1).max(256);
const shortText = z.string().max(2048);
const label = z.string().max(256);
/** Some producers put the whole user agent there. */
const browser = z.string().max(1024);
const amount = z.number().min(-greatestAmount).max(greatestAmount);

const item = z.object({
  product_id: z.union([identifier, z.number().transform(String)]),
  quantity: z.int().min(1).max(1_000_000).default(1),
  price: amount.nullish(),
});

/** The wire format of the contract. Fields that are not named here become `properties`. */
export const rawEventSchema = z.object({
  event_id: identifier,
  timestamp: z.string().max(64),
  user_id: identifier.nullish(),
  session_id: identifier.nullish(),
  action: label.nullish(),
  event_type: label.nullish(),
  page: shortText.nullish(),
  device: z.object({ type: label.nullish(), browser: browser.nullish(), os: label.nullish() }).nullish(),
  referrer: shortText.nullish(),
  load_time: z.number().min(0).max(86_400).nullish(),
  items: z.array(item).max(500).nullish(),
  value: amount.nullish(),
  currency: z.string().max(8).nullish(),
  order_id: identifier.nullish(),
  product_id: z.union([identifier, z.number().transform(String)]).nullish(),
  quantity: z.int().min(1).max(1_000_000).nullish(),
  price: amount.nullish(),
  purchase_amount: amount.nullish(),
});

export type RawEvent = z.output<typeof rawEventSchema>;

/** Never kept, wherever a producer puts it and however it spells it: `ip_address`, `ipAddress`, `IP-Address`. */
const neverKept: ReadonlySet<string> = new Set([
  'ip',
  'ipaddress',
  'email',
  'phone',
  'name',
  'firstname',
  'lastname',
  'address',
  'password',
]);

/** Names with a meaning of their own in JavaScript. */
const treacherousNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export const isNeverKept = (name: string): boolean =>
  treacherousNames.has(name) || neverKept.has(name.replace(/[_-]/g, '').toLowerCase());

const knownFields: ReadonlySet<string> = new Set(Object.keys(rawEventSchema.shape));

export const isKnownField = (name: string): boolean => knownFields.has(name);
