-- Demand by product for planning stock: views, carts and units sold, against the same length of time before.
-- since (time): where the time begins
\if :{?since} \set _since :since \else \set _since 7d \endif
-- until (time): where the time ends
\if :{?until} \set _until :until \else \set _until now \endif
-- limit (count): how many rows at most
\if :{?limit} \set _limit :limit \else \set _limit 50 \endif
-- bots (exclude or include): robots
\if :{?bots} \set _bots :bots \else \set _bots exclude \endif
SELECT report_time(:'_since') AS _since, report_time(:'_until') AS _until \gset

WITH counted AS (
  SELECT
    product_id,
    sum(views) FILTER (WHERE hour >= began) AS views,
    sum(add_to_carts) FILTER (WHERE hour >= began) AS add_to_carts,
    sum(purchases) FILTER (WHERE hour >= began) AS purchases,
    sum(units - refunded_units) FILTER (WHERE hour >= began) AS units,
    sum(views) FILTER (WHERE hour < began) AS views_before,
    sum(units - refunded_units) FILTER (WHERE hour < began) AS units_before
  FROM hourly_products
  CROSS JOIN (SELECT date_trunc('hour', :'_since'::timestamptz, 'UTC') AS began) AS period
  WHERE hour >= date_trunc('hour', :'_since'::timestamptz, 'UTC') - (:'_until'::timestamptz - :'_since'::timestamptz)
    AND hour < :'_until'::timestamptz
    AND (:'_bots' = 'include' OR NOT bot)
  GROUP BY product_id
)
SELECT
  product_id,
  coalesce(views, 0) AS views,
  coalesce(add_to_carts, 0) AS added_to_cart,
  coalesce(purchases, 0) AS orders,
  coalesce(units, 0) AS units,
  round(coalesce(units, 0) / (extract(epoch FROM :'_until'::timestamptz - :'_since'::timestamptz) / 86400), 2) AS units_per_day,
  coalesce(units_before, 0) AS units_before,
  round(100.0 * (coalesce(units, 0) - units_before) / nullif(units_before, 0), 1) AS units_trend_percent,
  round(100.0 * (coalesce(views, 0) - views_before) / nullif(views_before, 0), 1) AS views_trend_percent
FROM counted
ORDER BY units DESC, views DESC, product_id
LIMIT :'_limit'::bigint;
