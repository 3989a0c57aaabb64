import type { JourneyRecord } from '../events/journey-record.ts';
import { segmentIdOf } from './segment-message.ts';

export interface JourneyEntry {
  readonly journeyId: string;
  readonly record: JourneyRecord;
}

export interface Statement {
  /** Makes the server prepare it once a connection. */
  readonly name: string;
  readonly text: string;
  readonly rows: readonly object[];
}

/**
 * The statements that write many journeys' rows at once, each a single set-based upsert over a JSON array.
 * Two rows of one key in one statement are rare, as a journey waits for its write before it makes the next; should an
 * abandoned attempt meet its successor, the statement is refused and both are written alone.
 */
export function journeyStatements(entries: readonly JourneyEntry[]): Statement[] {
  const rowsOf = <Row extends object>(pick: (record: JourneyRecord) => readonly Row[]) =>
    entries.flatMap(({ journeyId, record }) => pick(record).map((row) => ({ journeyId, ...row })));
  const gone = entries.flatMap(({ journeyId, record }) => [
    ...record.joinedVisitors.map(({ visitorId, until }) => ({ journeyId: visitorId, until })),
    ...record.handOvers.map(({ until }) => ({ journeyId, until })),
  ]);
  const segmentRows = entries.flatMap(({ journeyId, record }) =>
    record.segments.map((row) => ({ journeyId, segmentId: segmentIdOf(journeyId, row), ...row })),
  );
  return [
    ...timeColumns.map(([table, column]) => ({
      name: `delete-${table}`,
      text: deleteHandedOver(table, column),
      rows: gone,
    })),
    { name: 'write-steps', text: insertSteps, rows: rowsOf((record) => record.steps) },
    { name: 'write-carts', text: upsertCarts, rows: rowsOf((record) => record.carts) },
    { name: 'write-purchases', text: upsertPurchases, rows: rowsOf((record) => record.purchases) },
    { name: 'write-abandonments', text: upsertAbandonments, rows: rowsOf((record) => record.abandonments) },
    { name: 'write-recoveries', text: updateRecoveries, rows: rowsOf((record) => record.recoveries) },
    { name: 'write-segments', text: insertSegments, rows: segmentRows },
  ].filter(({ rows }) => rows.length > 0);
}

/** A journey's tables, with the column that says when what a row tells began. */
const timeColumns = [
  ['funnel_steps', 'reached_at'],
  ['carts', 'opened_at'],
  ['purchases', 'purchased_at'],
  ['abandonments', 'abandoned_at'],
  ['journey_segments', 'since'],
] as const;

/** What a visitor's journey wrote in its own name of the time in which it was, as is known now, a user's. */
const deleteHandedOver = (table: string, column: string) => `
  DELETE FROM ${table} t
  USING jsonb_to_recordset($1::jsonb) AS r("journeyId" text, until float8)
  WHERE t.journey_id = r."journeyId" AND (r.until IS NULL OR t.${column} < to_timestamp(r.until / 1000.0))`;

const time = (column: string) => `to_timestamp(r."${column}" / 1000.0)`;

const insertSteps = `
  INSERT INTO funnel_steps (journey_id, event_id, step, reached_at, session_started_at)
  SELECT r."journeyId", r."eventId", r.step, ${time('reachedAt')}, ${time('sessionStartedAt')}
  FROM jsonb_to_recordset($1::jsonb) AS r(
    "journeyId" text, "eventId" text, step text, "reachedAt" float8, "sessionStartedAt" float8)
  ON CONFLICT DO NOTHING`;

const upsertCarts = `
  INSERT INTO carts AS kept (
    journey_id, cart_id, version, status, stage, opened_at, updated_at, closed_at, items, value, currency)
  SELECT r."journeyId", r."cartId", r.version, r.status, r.stage, ${time('openedAt')}, ${time('updatedAt')},
    ${time('closedAt')}, r.items, r.value, r.currency
  FROM jsonb_to_recordset($1::jsonb) AS r(
    "journeyId" text, "cartId" text, version integer, status text, stage text, "openedAt" float8,
    "updatedAt" float8, "closedAt" float8, items jsonb, value numeric, currency text)
  ON CONFLICT (journey_id, cart_id) DO UPDATE SET
    version = excluded.version, status = excluded.status, stage = excluded.stage, opened_at = excluded.opened_at,
    updated_at = excluded.updated_at, closed_at = excluded.closed_at, items = excluded.items,
    value = excluded.value, currency = excluded.currency
  WHERE kept.version < excluded.version`;

const upsertPurchases = `
  INSERT INTO purchases AS kept (
    journey_id, purchase_id, version, purchased_at, order_id, cart_id, value, currency, items)
  SELECT r."journeyId", r."purchaseId", r.version, ${time('purchasedAt')}, r."orderId", r."cartId", r.value,
    r.currency, r.items
  FROM jsonb_to_recordset($1::jsonb) AS r(
    "journeyId" text, "purchaseId" text, version integer, "purchasedAt" float8, "orderId" text, "cartId" text,
    value numeric, currency text, items jsonb)
  ON CONFLICT (journey_id, purchase_id) DO UPDATE SET
    version = excluded.version, order_id = coalesce(excluded.order_id, kept.order_id),
    value = coalesce(excluded.value, kept.value), currency = coalesce(excluded.currency, kept.currency),
    items = CASE WHEN excluded.items = '[]' THEN kept.items ELSE excluded.items END
  WHERE kept.version < excluded.version`;

/** A row without its alert comes from a workflow of the release before. */
const upsertAbandonments = `
  INSERT INTO abandonments AS kept (
    journey_id, cart_id, kind, abandoned_at, value, currency, items, suppressed, alert)
  SELECT r."journeyId", r."cartId", r.kind, ${time('abandonedAt')}, r.value, r.currency, r.items, r.suppressed,
    coalesce(r.alert, CASE WHEN r.suppressed THEN 'suppressed' ELSE 'said' END)
  FROM jsonb_to_recordset($1::jsonb) AS r(
    "journeyId" text, "cartId" text, kind text, "abandonedAt" float8, value numeric, currency text, items jsonb,
    suppressed boolean, alert text)
  ON CONFLICT (journey_id, cart_id) DO UPDATE SET alert = excluded.alert
  WHERE kept.alert = 'held'`;

const updateRecoveries = `
  UPDATE abandonments a
  SET recovered_at = ${time('recoveredAt')}, recovered_value = r.value
  FROM jsonb_to_recordset($1::jsonb) AS r(
    "journeyId" text, "cartId" text, "recoveredAt" float8, value numeric)
  WHERE a.journey_id = r."journeyId" AND a.cart_id = r."cartId" AND a.recovered_at IS NULL`;

const insertSegments = `
  INSERT INTO journey_segments (
    journey_id, since, segment, segment_id, previous_segment, because, step, cart_value, currency, sessions, purchases,
    purchased_value, abandonments)
  SELECT r."journeyId", ${time('since')}, r.segment, r."segmentId", r.previous, r.because, r.step, r."cartValue",
    r.currency, r.sessions, r.purchases, r."purchasedValue", r.abandonments
  FROM jsonb_to_recordset($1::jsonb) AS r(
    "journeyId" text, since float8, segment text, "segmentId" text, previous text, because text, step text,
    "cartValue" numeric, currency text, sessions integer, purchases integer, "purchasedValue" numeric,
    abandonments integer)
  ON CONFLICT DO NOTHING`;
