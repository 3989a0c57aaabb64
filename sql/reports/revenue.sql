-- Revenue: orders, buyers, revenue and average order value, and what was refunded.
-- since (time): where the time begins
\if :{?since} \set _since :since \else \set _since 30d \endif
-- until (time): where the time ends
\if :{?until} \set _until :until \else \set _until now \endif
-- by (hour, day, week or month): the time of a row, in UTC
\if :{?by} \set _by :by \else \set _by day \endif
-- bots (exclude or include): robots
\if :{?bots} \set _bots :bots \else \set _bots exclude \endif
SELECT report_time(:'_since') AS _since, report_time(:'_until') AS _until \gset

WITH ordered AS (
  SELECT date_trunc(:'_by', purchased_at, 'UTC') AS begins, coalesce(currency, '') AS currency, count(*) AS orders,
    count(DISTINCT actor_id) AS buyers, sum(value) AS revenue, count(value) AS valued
  FROM actor_orders
  WHERE purchased_at >= :'_since'::timestamptz AND purchased_at < :'_until'::timestamptz
    AND (:'_bots' = 'include' OR NOT bot)
  GROUP BY 1, 2
),
refunds AS (
  SELECT date_trunc(:'_by', start_time, 'UTC') AS begins, coalesce(currency, '') AS currency, sum(refunded) AS refunded
  FROM user_sessions
  WHERE start_time >= :'_since'::timestamptz AND start_time < :'_until'::timestamptz
    AND refunds > 0
    AND (:'_bots' = 'include' OR NOT bot)
  GROUP BY 1, 2
)
SELECT
  begins,
  nullif(currency, '') AS currency,
  coalesce(orders, 0) AS orders,
  coalesce(buyers, 0) AS buyers,
  coalesce(revenue, 0) AS revenue,
  -- An order that was told without its value is no order for nothing.
  round(revenue / nullif(valued, 0), 2) AS average_order_value,
  coalesce(refunded, 0) AS refunded
FROM ordered
FULL JOIN refunds USING (begins, currency)
ORDER BY begins, currency;
