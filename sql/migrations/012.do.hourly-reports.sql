-- Sums by the hour (UTC) and day, so that a report over months reads thousands of rows and not millions. Roll-ups add what
-- is new to them; `aisle rebuild-reports` makes them again from the record. `NOT bot` leaves robots out.

-- One row an order, from the events `purchase`: an order that is shown again counts where it was first shown.
CREATE TABLE orders (
  -- As the purchase was recorded: what a visitor bought stays under the visitor.
  journey_id      text NOT NULL,
  -- The shop's order id, or else the event's id.
  order_key       text NOT NULL,
  event_id        text NOT NULL,
  purchased_at    timestamptz NOT NULL,
  value           numeric(14, 2),
  currency        text,
  items           jsonb,
  bot             boolean NOT NULL,
  PRIMARY KEY (journey_id, order_key)
);
CREATE INDEX orders_purchased_at ON orders (purchased_at);

-- Sessions by the hour in which they began.
CREATE TABLE hourly_funnel (
  hour              timestamptz NOT NULL,
  device_type       text NOT NULL,
  source            text NOT NULL,
  -- Of the revenue; empty where there is none.
  currency          text NOT NULL,
  bot               boolean NOT NULL,
  sessions          bigint NOT NULL,
  bounces           bigint NOT NULL,
  pageviews         bigint NOT NULL,
  -- Of all sessions together, from first to last event.
  seconds           numeric NOT NULL,
  -- Sessions that came at least so far.
  product_sessions  bigint NOT NULL,
  cart_sessions     bigint NOT NULL,
  checkout_sessions bigint NOT NULL,
  purchase_sessions bigint NOT NULL,
  purchases         bigint NOT NULL,
  revenue           numeric NOT NULL,
  PRIMARY KEY (hour, device_type, source, currency, bot)
) WITH (fillfactor = 70);

-- What one session adds to its row of `hourly_funnel`.
CREATE FUNCTION share_of(s user_sessions) RETURNS SETOF hourly_funnel
  LANGUAGE sql STABLE AS
$$
  SELECT date_trunc('hour', s.start_time, 'UTC'), left(coalesce(s.device_type, 'unknown'), 64), left(s.source, 128),
    coalesce(s.currency, ''), s.bot, 1::bigint, s.bounced::int::bigint, s.pageviews::bigint,
    extract(epoch FROM s.duration), coalesce((s.furthest_step >= 'product')::int, 0)::bigint,
    coalesce((s.furthest_step >= 'cart')::int, 0)::bigint, coalesce((s.furthest_step >= 'checkout')::int, 0)::bigint,
    coalesce((s.furthest_step >= 'purchase')::int, 0)::bigint, s.purchases::bigint, s.revenue::numeric
$$;

CREATE TABLE hourly_pages (
  hour            timestamptz NOT NULL,
  -- A path, cut to 512 characters.
  page            text NOT NULL,
  -- Of a view, whether its event is a robot's; of a visitor, whether the minute is marked as a robot's.
  bot             boolean NOT NULL,
  views           bigint NOT NULL DEFAULT 0,
  -- Users and visitors of this hour. Somebody who comes back in the next hour is in its count as well.
  visitors        bigint NOT NULL DEFAULT 0,
  -- Views that say how long the page took to load, and the sum of it.
  load_times      bigint NOT NULL DEFAULT 0,
  load_seconds    numeric NOT NULL DEFAULT 0,
  PRIMARY KEY (hour, page, bot)
) WITH (fillfactor = 70);

-- A page as it is counted: its path. No entry of an index may be longer than a third of a block.
CREATE FUNCTION counted_page(page text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN left(split_part(page, '?', 1), 512);

-- Counts stand in the row without a currency; money, and what was bought for it, in the currency's.
CREATE TABLE hourly_products (
  hour              timestamptz NOT NULL,
  product_id        text NOT NULL,
  currency          text NOT NULL,
  bot               boolean NOT NULL,
  page_views        bigint NOT NULL DEFAULT 0,
  item_views        bigint NOT NULL DEFAULT 0,
  -- Shops show a view by the page, by the event `view_item`, or by both at once.
  views             bigint NOT NULL GENERATED ALWAYS AS (greatest(page_views, item_views)) STORED,
  -- Pieces.
  add_to_carts      bigint NOT NULL DEFAULT 0,
  remove_from_carts bigint NOT NULL DEFAULT 0,
  -- Orders with the product in it, and pieces.
  purchases         bigint NOT NULL DEFAULT 0,
  units             bigint NOT NULL DEFAULT 0,
  revenue           numeric NOT NULL DEFAULT 0,
  refunded_units    bigint NOT NULL DEFAULT 0,
  refunded          numeric NOT NULL DEFAULT 0,
  PRIMARY KEY (hour, product_id, currency, bot)
) WITH (fillfactor = 70);

-- What a page is about: the product in `/product/<id>`.
CREATE FUNCTION product_of(page text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN CASE WHEN page ILIKE '/product/%' THEN left(nullif(split_part(split_part(page, '?', 1), '/', 3), ''), 256) END;

-- How long pages took to load, as a histogram: two of them are merged by adding their views, and a percentile is the load
-- time at which that share of the views is reached. It is within 5 % of the exact one.
CREATE TABLE daily_load_times (
  day             date NOT NULL,
  page            text NOT NULL,
  bot             boolean NOT NULL,
  -- Seconds, rounded to two significant digits.
  load_time       numeric NOT NULL,
  views           bigint NOT NULL,
  PRIMARY KEY (day, page, bot, load_time)
) WITH (fillfactor = 70);

CREATE FUNCTION rounded_load_time(seconds double precision) RETURNS numeric
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN CASE
    WHEN seconds < 0.001 THEN 0
    ELSE trim_scale(round(seconds::numeric, 1 - floor(log(seconds))::int))
  END;

INSERT INTO retention (table_name, time_column, days) VALUES
  ('orders', 'purchased_at', 400),
  ('hourly_funnel', 'hour', 400),
  ('hourly_pages', 'hour', 400),
  ('hourly_products', 'hour', 400),
  ('daily_load_times', 'day', 400);

-- From when on a table's rows and the events that they are made of are both there.
CREATE FUNCTION derived_since(derived_table text) RETURNS timestamptz
  LANGUAGE sql STABLE PARALLEL SAFE AS
$$
  SELECT max(kept_since) FROM retention WHERE table_name IN ('events', derived_table)
$$;

-- One mark for all roll-ups: what they read of the record is read by all of them, in one transaction. A worker of the
-- release before finds its marks no more and leaves the rows to the next one.
DELETE FROM roll_up_marks;
INSERT INTO roll_up_marks VALUES ('news', pg_snapshot_xmin(pg_current_snapshot()));

-- How far `aisle rebuild-reports` has come, and a worker that finds it unfinished: journeys first, then hours and days.
CREATE TABLE report_rebuild (
  only_row        boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  requested_at    timestamptz NOT NULL DEFAULT now(),
  journeys_after  text NOT NULL DEFAULT '',
  -- The next hour to rebuild, once all journeys are done.
  next_hour       timestamptz,
  finished_at     timestamptz
);
-- What was recorded before this migration has none of the new columns and sums.
INSERT INTO report_rebuild DEFAULT VALUES;

-- A row that goes on is written again and again: a new version beside the old one spares the indexes.
ALTER TABLE user_sessions SET (fillfactor = 80);

-- An actor's events of a time, as far as recorded by transactions before `recorded_before`. Planned by itself, whatever the
-- statement around it: a few index look-ups for each actor, never a join with all events.
CREATE FUNCTION actor_events_between(actor text, since timestamptz, until timestamptz, recorded_before xid8)
  RETURNS SETOF actor_events
  LANGUAGE plpgsql STABLE ROWS 20 SET enable_nestloop = on AS
$$
BEGIN
  RETURN QUERY
    SELECT e.* FROM actor_events e
    WHERE e.actor_id = actor AND e."timestamp" BETWEEN since AND until AND e.recorded_by < recorded_before;
END
$$;
