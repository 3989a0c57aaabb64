import type { Database } from '../../connections/postgres.ts';

const columns: Readonly<Record<string, string>> = {
  user_sessions: `journey_id, start_time, end_time, run_start_time, session_id, user_id, device_type, os, browser, events,
    pageviews, entry_page, exit_page, referrer, bot, clicks, scrolls, form_submits, video_plays, view_items,
    add_to_carts, remove_from_carts, begin_checkouts, logins, furthest_step, product_at, cart_at, checkout_at,
    purchase_at, purchases, order_ids, revenue, refunds, refunded, currency, landing_page, source, utm_source,
    utm_medium, utm_campaign, bounced`,
  user_activity: `journey_id, window_end_time, last_event_at, user_id, pageviews, clicks, scrolls, form_submits,
    video_plays, pages_visited, bot`,
  hourly_funnel: `hour, device_type, source, currency, bot, sessions, bounces, pageviews, seconds, product_sessions,
    cart_sessions, checkout_sessions, purchase_sessions, purchases, revenue`,
  hourly_pages: 'hour, page, bot, views, visitors, load_times, load_seconds',
  hourly_products: `hour, product_id, currency, bot, page_views, item_views, add_to_carts, remove_from_carts, purchases,
    units, revenue, refunded_units, refunded`,
  daily_load_times: `day::text, page, bot, load_time, views`,
  orders: 'journey_id, order_key, event_id, purchased_at, value, currency, items, bot',
};

/** Sums are a set: only sessions and minutes have an order. */
const order: Readonly<Record<string, string>> = {
  user_sessions: 'ORDER BY journey_id COLLATE "C", start_time',
  user_activity: 'ORDER BY journey_id COLLATE "C", window_end_time',
};

/** What makes an hourly row more than a row in which nothing is left, after all that it counted has moved elsewhere. */
const notEmptied: Readonly<Record<string, string>> = {
  hourly_pages: 'views > 0 OR visitors > 0',
  hourly_products:
    'page_views + item_views + add_to_carts + remove_from_carts + purchases + refunded_units <> 0',
};

/** A derived table's rows. */
export async function derivedRows(database: Database, table: string): Promise<Record<string, unknown>[]> {
  const { rows } = await database.query<Record<string, unknown>>(
    `SELECT ${columns[table]} FROM ${table} WHERE ${notEmptied[table] ?? 'true'} ${order[table] ?? ''}`,
  );
  return rows;
}

export const derivedTables = Object.keys(columns);
