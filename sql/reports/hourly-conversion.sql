-- Conversion by hour: sessions begun, and how many of them came to a product, a cart, the checkout and a purchase.
-- since (time): where the time begins
\if :{?since} \set _since :since \else \set _since 24h \endif
-- until (time): where the time ends
\if :{?until} \set _until :until \else \set _until now \endif
-- bots (exclude or include): robots
\if :{?bots} \set _bots :bots \else \set _bots exclude \endif
SELECT report_time(:'_since') AS _since, report_time(:'_until') AS _until \gset

WITH begun AS (
  SELECT hour, sum(sessions) AS sessions, sum(product_sessions) AS product_sessions, sum(cart_sessions) AS cart_sessions,
    sum(checkout_sessions) AS checkout_sessions, sum(purchase_sessions) AS purchase_sessions
  FROM hourly_funnel
  WHERE hour >= date_trunc('hour', :'_since'::timestamptz, 'UTC') AND hour < :'_until'::timestamptz
    AND (:'_bots' = 'include' OR NOT bot)
  GROUP BY hour
),
-- An hour without anybody has its row too.
hours AS (
  SELECT generate_series(min(hour), max(hour), interval '1 hour') AS hour FROM begun
)
SELECT
  hour,
  coalesce(sessions, 0) AS sessions,
  coalesce(product_sessions, 0) AS product_sessions,
  coalesce(cart_sessions, 0) AS cart_sessions,
  coalesce(checkout_sessions, 0) AS checkout_sessions,
  coalesce(purchase_sessions, 0) AS purchase_sessions,
  round(100.0 * cart_sessions / sessions, 2) AS cart_percent,
  round(100.0 * purchase_sessions / sessions, 2) AS conversion_percent
FROM hours
LEFT JOIN begun USING (hour)
ORDER BY hour;
