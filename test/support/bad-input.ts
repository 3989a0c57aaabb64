import { rawAddress, rawSession, rawUser } from './scripted-shop.ts';

export interface BadInput {
  readonly name: string;
  readonly value: string | Buffer | null;
  readonly reason: RegExp;
  /** Repeated in the dead letter where it could be read. */
  readonly eventId?: string;
}

const good = {
  timestamp: '2026-05-17T12:00:00Z',
  user_id: rawUser('bad'),
  session_id: rawSession('bad'),
  action: 'pageview',
  page: '/home',
  ip_address: rawAddress,
};
const without = (name: keyof typeof good | 'none', fields: Record<string, unknown> = {}): string =>
  JSON.stringify({ ...good, [name]: undefined, ...fields });

const deep = `{"event_id":"deep","timestamp":"${good.timestamp}","user_id":"${good.user_id}","action":"click","x":${'['.repeat(5000)}${']'.repeat(5000)}}`;

/** Everything that cannot be used, each with the reason that its dead letter must give. */
export const badInputs: readonly BadInput[] = [
  { name: 'text', value: `no JSON of ${rawUser('bad')}`, reason: /^not JSON$/ },
  { name: 'half', value: `{"event_id":"half","user_id":"${rawUser('bad')}`, reason: /^not JSON$/ },
  { name: 'bytes', value: Buffer.from([0xff, 0xfe, 0x00, 0x80]), reason: /^not JSON$/ },
  { name: 'null-body', value: null, reason: /empty/ },
  { name: 'empty-body', value: '', reason: /empty/ },
  { name: 'json-null', value: 'null', reason: /not a JSON object/ },
  { name: 'array', value: JSON.stringify([good]), reason: /not a JSON object/ },
  { name: 'number', value: '42', reason: /not a JSON object/ },
  { name: 'no-id', value: without('none'), reason: /event_id/ },
  { name: 'number-id', value: without('none', { event_id: 7 }), reason: /event_id/ },
  {
    name: 'proto-id',
    value: `{"__proto__":{"event_id":"x"},"user_id":"${rawUser('bad')}"}`,
    reason: /event_id/,
  },
  {
    name: 'nobody',
    value: without('user_id', { event_id: 'nobody', session_id: null }),
    reason: /user_id nor session_id/,
    eventId: 'nobody',
  },
  {
    name: 'user-object',
    value: without('none', { event_id: 'user-object', user_id: { id: rawUser('bad') } }),
    reason: /user_id/,
    eventId: 'user-object',
  },
  {
    name: 'no-time',
    value: without('timestamp', { event_id: 'no-time' }),
    reason: /timestamp/,
    eventId: 'no-time',
  },
  {
    name: 'odd-time',
    value: without('none', { event_id: 'odd-time', timestamp: 'yesterday' }),
    reason: /timestamp/,
    eventId: 'odd-time',
  },
  {
    name: 'no-action',
    value: without('action', { event_id: 'no-action' }),
    reason: /action: missing/,
    eventId: 'no-action',
  },
  {
    name: 'unknown',
    value: without('none', { event_id: 'unknown', action: 'teleport' }),
    reason: /not a known event type/,
    eventId: 'unknown',
  },
  {
    name: 'proto-action',
    value: without('none', { event_id: 'proto-action', action: '__proto__' }),
    reason: /not a known event type/,
    eventId: 'proto-action',
  },
  { name: 'no-page', value: without('page', { event_id: 'no-page' }), reason: /page/, eventId: 'no-page' },
  {
    name: 'load-time',
    value: without('none', { event_id: 'load-time', load_time: 'fast' }),
    reason: /load_time/,
    eventId: 'load-time',
  },
  {
    name: 'items',
    value: without('none', { event_id: 'items', action: 'add_to_cart', items: [{ quantity: 1 }] }),
    reason: /items/,
    eventId: 'items',
  },
  { name: 'deep', value: deep, reason: /nested too deeply/, eventId: 'deep' },
  {
    name: 'large',
    value: without('none', { event_id: 'large', note: 'x'.repeat(900_000) }),
    reason: /too large: 9\d{5} bytes/,
  },
];
