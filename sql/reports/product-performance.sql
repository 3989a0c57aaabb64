-- Products: views, times put into a cart, orders, units, revenue, and the way from one to the next.
-- since (time): where the time begins
\if :{?since} \set _since :since \else \set _since 7d \endif
-- until (time): where the time ends
\if :{?until} \set _until :until \else \set _until now \endif
-- limit (count): how many rows at most
\if :{?limit} \set _limit :limit \else \set _limit 50 \endif
-- bots (exclude or include): robots
\if :{?bots} \set _bots :bots \else \set _bots exclude \endif
SELECT report_time(:'_since') AS _since, report_time(:'_until') AS _until \gset

WITH chosen AS (
  SELECT *
  FROM hourly_products
  WHERE hour >= date_trunc('hour', :'_since'::timestamptz, 'UTC') AND hour < :'_until'::timestamptz
    AND (:'_bots' = 'include' OR NOT bot)
),
counted AS (
  SELECT product_id, sum(views) AS views, sum(add_to_carts) AS add_to_carts, sum(purchases) AS purchases
  FROM chosen
  GROUP BY product_id
),
-- Nobody adds up different currencies: a product that was sold in two has a row for each.
sold AS (
  SELECT product_id, nullif(currency, '') AS currency, sum(units) AS units, sum(revenue) AS revenue,
    sum(refunded) AS refunded
  FROM chosen
  WHERE units > 0 OR refunded_units > 0
  GROUP BY product_id, currency
)
SELECT
  product_id,
  views,
  add_to_carts AS added_to_cart,
  purchases AS orders,
  round(100.0 * add_to_carts / nullif(views, 0), 2) AS cart_percent,
  round(100.0 * purchases / nullif(views, 0), 2) AS conversion_percent,
  coalesce(units, 0) AS units,
  coalesce(revenue, 0) AS revenue,
  coalesce(refunded, 0) AS refunded,
  currency
FROM counted
LEFT JOIN sold USING (product_id)
ORDER BY revenue DESC, views DESC, product_id, currency
LIMIT :'_limit'::bigint;
