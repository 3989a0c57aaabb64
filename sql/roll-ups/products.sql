-- Adds what was done with products, recorded by transactions from $1 to before $2 in the time from $3 to before $4.
-- Each event may be added once: the mark of the roll-ups moves in the same transaction. An order is known by its id, and
-- counts where it was first shown, whatever comes first.
WITH news AS MATERIALIZED (
  SELECT * FROM events
  WHERE recorded_by >= $1::xid8 AND recorded_by < $2::xid8
    AND "timestamp" >= greatest($3::timestamptz, (SELECT derived_since('hourly_products'))) AND "timestamp" < $4::timestamptz
    AND (action IN ('view_item', 'add_to_cart', 'remove_from_cart', 'purchase', 'refund')
      OR action = 'pageview' AND product_of(page) IS NOT NULL)
),
bought AS (
  INSERT INTO orders AS kept (journey_id, order_key, event_id, purchased_at, value, currency, items, bot)
  SELECT DISTINCT ON (journey_id, coalesce(order_id, event_id))
    journey_id, coalesce(order_id, event_id), event_id, "timestamp", value, currency, items, bot
  FROM news
  WHERE action = 'purchase'
  ORDER BY journey_id, coalesce(order_id, event_id), "timestamp", event_id
  ON CONFLICT (journey_id, order_key) DO UPDATE SET
    event_id = excluded.event_id,
    purchased_at = excluded.purchased_at,
    value = excluded.value,
    currency = excluded.currency,
    items = excluded.items,
    bot = excluded.bot
  WHERE (excluded.purchased_at, excluded.event_id) < (kept.purchased_at, kept.event_id)
  RETURNING old AS before, new AS after
),
done AS (
  SELECT 1 AS sign, action, "timestamp" AS at, value, currency, items, bot, page FROM news WHERE action <> 'purchase'
  UNION ALL
  SELECT 1, 'purchase', (after).purchased_at, (after).value, (after).currency, (after).items, (after).bot, NULL FROM bought
  UNION ALL
  SELECT -1, 'purchase', (before).purchased_at, (before).value, (before).currency, (before).items, (before).bot, NULL
  FROM bought WHERE (before).journey_id IS NOT NULL
),
-- One row for each product of an event. A price that is missing is that of the whole, where there is one product only.
products AS (
  SELECT done.*, named.*
  FROM done
  CROSS JOIN LATERAL (
    SELECT left(item ->> 'product_id', 256) AS product_id, sum((item ->> 'quantity')::bigint) AS quantity,
      round(sum(coalesce(
        (item ->> 'quantity')::numeric * (item ->> 'price')::numeric,
        CASE WHEN jsonb_array_length(done.items) = 1 THEN done.value END,
        0)), 2) AS money
    FROM jsonb_array_elements(done.items) AS item
    GROUP BY 1
  ) AS named
  WHERE action <> 'pageview'
  UNION ALL
  SELECT done.*, product_of(page), 1, 0
  FROM done
  WHERE product_of(page) IS NOT NULL AND (action = 'pageview' OR action <> 'refund' AND items IS NULL)
),
counts AS (
  SELECT date_trunc('hour', at, 'UTC') AS hour, product_id, bot,
    CASE WHEN action IN ('purchase', 'refund') THEN coalesce(currency, '') ELSE '' END AS currency,
    sum(sign) FILTER (WHERE action = 'pageview') AS page_views,
    sum(sign) FILTER (WHERE action = 'view_item') AS item_views,
    sum(sign * quantity) FILTER (WHERE action = 'add_to_cart') AS add_to_carts,
    sum(sign * quantity) FILTER (WHERE action = 'remove_from_cart') AS remove_from_carts,
    sum(sign) FILTER (WHERE action = 'purchase') AS purchases,
    sum(sign * quantity) FILTER (WHERE action = 'purchase') AS units,
    sum(sign * money) FILTER (WHERE action = 'purchase') AS revenue,
    sum(sign * quantity) FILTER (WHERE action = 'refund') AS refunded_units,
    sum(sign * money) FILTER (WHERE action = 'refund') AS refunded
  FROM products
  GROUP BY 1, 2, 3, 4
)
INSERT INTO hourly_products AS kept (
  hour, product_id, bot, currency, page_views, item_views, add_to_carts, remove_from_carts, purchases, units, revenue,
  refunded_units, refunded
)
SELECT hour, product_id, bot, currency, coalesce(page_views, 0), coalesce(item_views, 0), coalesce(add_to_carts, 0),
  coalesce(remove_from_carts, 0), coalesce(purchases, 0), coalesce(units, 0), coalesce(revenue, 0),
  coalesce(refunded_units, 0), coalesce(refunded, 0)
FROM counts
ON CONFLICT (hour, product_id, currency, bot) DO UPDATE SET
  page_views = kept.page_views + excluded.page_views,
  item_views = kept.item_views + excluded.item_views,
  add_to_carts = kept.add_to_carts + excluded.add_to_carts,
  remove_from_carts = kept.remove_from_carts + excluded.remove_from_carts,
  purchases = kept.purchases + excluded.purchases,
  units = kept.units + excluded.units,
  revenue = kept.revenue + excluded.revenue,
  refunded_units = kept.refunded_units + excluded.refunded_units,
  refunded = kept.refunded + excluded.refunded;
