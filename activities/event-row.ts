import type { Item, ShopEvent } from '../events/shop-event.ts';

/** Where an event lies on the topic. Events that come from elsewhere, such as a file, have no place there. */
export interface Place {
  readonly partition: number;
  readonly offset: number;
}

/** One row to be. */
export interface EventRow {
  readonly event: ShopEvent;
  readonly place: Place | undefined;
  /** Brought by a backfill, so that no journey is told of it. */
  readonly backfilled: boolean;
}

type Value = string | number | boolean | object | null;

interface Column {
  readonly name: string;
  readonly type: string;
  readonly of: (row: EventRow) => Value;
}

/** Every column of `events` that an event fills; the others have defaults. */
const columns: readonly Column[] = [
  { name: 'event_id', type: 'text', of: ({ event: { eventId } }) => eventId },
  { name: 'timestamp', type: 'timestamptz', of: ({ event: { time } }) => toTimestamp(time) },
  { name: 'time_clamped', type: 'boolean', of: ({ event: { timeClamped } }) => timeClamped },
  { name: 'journey_id', type: 'text', of: ({ event: { journeyId } }) => journeyId },
  { name: 'user_id', type: 'text', of: ({ event: { userId } }) => userId },
  { name: 'session_id', type: 'text', of: ({ event: { sessionId } }) => sessionId },
  { name: 'action', type: 'text', of: ({ event: { action } }) => action },
  { name: 'page', type: 'text', of: ({ event: { page } }) => page },
  { name: 'referrer', type: 'text', of: ({ event: { referrer } }) => referrer },
  { name: 'device_type', type: 'text', of: ({ event: { device } }) => device.type },
  { name: 'browser', type: 'text', of: ({ event: { device } }) => device.browser },
  { name: 'os', type: 'text', of: ({ event: { device } }) => device.os },
  { name: 'load_time', type: 'double precision', of: ({ event: { loadTimeSeconds } }) => loadTimeSeconds },
  {
    name: 'items',
    type: 'jsonb',
    of: ({ event: { items } }) => (items.length > 0 ? items.map(toItem) : null),
  },
  { name: 'value', type: 'numeric', of: ({ event: { value } }) => value },
  { name: 'currency', type: 'text', of: ({ event: { currency } }) => currency },
  { name: 'order_id', type: 'text', of: ({ event: { orderId } }) => orderId },
  {
    name: 'properties',
    type: 'jsonb',
    of: ({ event: { properties } }) => (isEmpty(properties) ? null : properties),
  },
  { name: 'bot', type: 'boolean', of: ({ event: { bot } }) => bot },
  { name: 'source_partition', type: 'integer', of: ({ place }) => place?.partition ?? null },
  { name: 'source_offset', type: 'bigint', of: ({ place }) => place?.offset ?? null },
  { name: 'backfilled', type: 'boolean', of: ({ backfilled }) => backfilled },
];

/** The columns' names, as a statement lists them. */
export const columnNames = columns.map(({ name }) => `"${name}"`).join(', ');

/** The same with their types, for a set of rows that is written as JSON. */
export const columnDefinitions = columns.map(({ name, type }) => `"${name}" ${type}`).join(', ');

/** Rows as a JSON array of objects by column. */
export function toJson(rows: readonly EventRow[]): string {
  return JSON.stringify(
    rows.map((row) => {
      const object: Record<string, Value> = {};
      for (const { name, of } of columns) object[name] = of(row);
      return object;
    }),
  );
}

/** Rows in the text format of PostgreSQL's COPY: a line each, columns between tabs. */
export function toCopyText(rows: readonly EventRow[]): string {
  let text = '';
  for (const row of rows) {
    let separator = '';
    for (const { of } of columns) {
      text += separator + toField(of(row));
      separator = '\t';
    }
    text += '\n';
  }
  return text;
}

function toField(value: Value): string {
  if (typeof value === 'string') return escaped(value);
  if (value === null) return '\\N';
  if (typeof value === 'object') return escaped(JSON.stringify(value));
  return String(value);
}

const special = /[\\\t\n\r]/g;
const replacements: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};
const escaped = (text: string): string =>
  text.search(special) < 0 ? text : text.replace(special, (character) => replacements[character] ?? '');

const firstYearMs = Date.parse('0001-01-01T00:00:00Z');
const sinceMonth = '01-01T00:00:00.000Z'.length;

/** ISO 8601, and for years that it writes as zero or below PostgreSQL's way: 0 is the year 1 BC. */
function toTimestamp(time: number): string {
  const date = new Date(time);
  const text = date.toISOString();
  if (time >= firstYearMs) return text;
  return `${String(1 - date.getUTCFullYear()).padStart(4, '0')}-${text.slice(-sinceMonth)} BC`;
}

const toItem = ({ productId, quantity, price }: Item) => ({ product_id: productId, quantity, price });

function isEmpty(properties: Readonly<Record<string, unknown>>): boolean {
  for (const name in properties) if (Object.hasOwn(properties, name)) return false;
  return true;
}
