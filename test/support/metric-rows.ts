import { journeyStatements } from '../../activities/journey-rows.ts';
import { recordEvents } from '../../activities/record-events.ts';
import type { Database } from '../../connections/postgres.ts';
import type { CartRow, JourneyRecord } from '../../events/journey-record.ts';
import type { ShopEvent } from '../../events/shop-event.ts';
import { hour } from './alert-rule.ts';
import { shopEvent } from './shop-event.ts';

/** Puts rows that metrics are measured on into a database; no more is said of each than a metric looks at. */
export type Given = (database: Database) => Promise<unknown>;

let serial = 0;
const newId = (): string => `id-${(serial += 1)}`;

/** Who took a reading matters where one metric has several at an instant. */
export const readings =
  (metric: string, ...rows: (readonly [value: number, at: number, source?: string])[]): Given =>
  (database) =>
    database.query(
      `INSERT INTO system_metrics (metric_name, metric_value, "timestamp", source)
       SELECT $1, (row ->> 0)::float8, to_timestamp((row ->> 1)::float8 / 1000), coalesce(row ->> 2, '')
       FROM jsonb_array_elements($2::jsonb) AS row`,
      [metric, JSON.stringify(rows)],
    );

export const views =
  (loadTimes: readonly (number | null)[], time: number, differences: Partial<ShopEvent> = {}): Given =>
  (database) =>
    recordEvents(
      database,
      loadTimes.map((loadTimeSeconds) =>
        shopEvent({ eventId: newId(), time, action: 'pageview', loadTimeSeconds, ...differences }),
      ),
    );

/** Minutes in which somebody was active, each by its end. */
export const minutes =
  (...rows: (readonly [journeyId: string, endsAt: number, bot?: true])[]): Given =>
  (database) =>
    database.query(
      `INSERT INTO user_activity (
         journey_id, window_end_time, bot, pageviews, clicks, scrolls, form_submits, video_plays, pages_visited)
       SELECT row ->> 0, to_timestamp((row ->> 1)::float8 / 1000), coalesce((row ->> 2)::boolean, false),
         1, 0, 0, 0, 0, '{}'
       FROM jsonb_array_elements($1::jsonb) AS row`,
      [JSON.stringify(rows)],
    );

/** One purchase at each of these times. */
export function bought(value: number | null, purchasedAt: readonly number[], journeyId?: string): Given {
  const row = { version: 1, orderId: null, cartId: null, currency: 'EUR', items: [], value };
  const purchases = purchasedAt.map((at) => ({ ...row, purchaseId: newId(), purchasedAt: at }));
  return told({ purchases }, journeyId);
}

/** One cart with these products, opened at each of these times. */
export function carts(
  openedAt: readonly number[],
  products: readonly string[],
  differences: Partial<CartRow> = {},
): Given {
  const items = products.map((productId) => ({ productId, quantity: 1, price: null }));
  const row = {
    version: 1,
    status: 'open',
    stage: 'cart',
    closedAt: null,
    value: null,
    currency: null,
  } as const;
  return told({
    carts: openedAt.map((at) => ({
      ...{ ...row, items, cartId: newId(), openedAt: at, updatedAt: at },
      ...differences,
    })),
  });
}

/** One cart that ended so at each of these times. */
export const ended =
  (status: CartRow['status'], closedAt: readonly number[]): Given =>
  async (database) => {
    for (const at of closedAt) await carts([at - hour], [], { status, closedAt: at })(database);
  };

export function abandoned(kind: 'cart' | 'checkout', abandonedAt: readonly number[]): Given {
  const row = { kind, value: null, currency: null, items: [], suppressed: false, alert: 'said' } as const;
  return told({ abandonments: abandonedAt.map((at) => ({ ...row, cartId: newId(), abandonedAt: at })) });
}

/** As the journeys' own activity writes it. */
const told =
  (told: Partial<JourneyRecord>, journeyId = 'u1_somebody'): Given =>
  async (database) => {
    const record: JourneyRecord = {
      ...{ steps: [], carts: [], purchases: [], abandonments: [], recoveries: [], alerts: [], segments: [] },
      ...{ joinedVisitors: [], handOvers: [], ...told },
    };
    for (const { text, rows } of journeyStatements([{ journeyId, record }]))
      await database.query(text, [JSON.stringify(rows)]);
  };
