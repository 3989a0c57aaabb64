-- Attribution: orders and revenue by the first and by the last touch before each order.
-- since (time): where the time begins
\if :{?since} \set _since :since \else \set _since 30d \endif
-- until (time): where the time ends
\if :{?until} \set _until :until \else \set _until now \endif
-- lookback (duration): how long before an order a session counts as a touch
\if :{?lookback} \set _lookback :lookback \else \set _lookback 30d \endif
-- limit (count): how many rows at most
\if :{?limit} \set _limit :limit \else \set _limit 50 \endif
-- bots (exclude or include): robots
\if :{?bots} \set _bots :bots \else \set _bots exclude \endif
SELECT report_time(:'_since') AS _since, report_time(:'_until') AS _until \gset

WITH chosen AS (
  SELECT actor_id, purchased_at, value, currency
  FROM actor_orders
  WHERE purchased_at >= :'_since'::timestamptz AND purchased_at < :'_until'::timestamptz
    AND (:'_bots' = 'include' OR NOT bot)
),
-- Every session is a touch. One that came directly says nothing of what brought the shopper: it is the last touch only where
-- there is no other.
touched AS (
  SELECT o.currency, o.value, touch.*
  FROM chosen o
  CROSS JOIN LATERAL (
    (
      SELECT 'first' AS place, source, utm_medium, utm_campaign
      FROM user_sessions s
      WHERE s.journey_id = o.actor_id AND s.start_time <= o.purchased_at
        AND s.start_time > o.purchased_at - :'_lookback'::interval
      ORDER BY start_time
      LIMIT 1
    )
    UNION ALL
    (
      SELECT 'last', source, utm_medium, utm_campaign
      FROM user_sessions s
      WHERE s.journey_id = o.actor_id AND s.start_time <= o.purchased_at
        AND s.start_time > o.purchased_at - :'_lookback'::interval
      ORDER BY source = 'direct', start_time DESC
      LIMIT 1
    )
  ) AS touch
)
SELECT
  source,
  coalesce(utm_medium, CASE source WHEN 'direct' THEN 'none' ELSE 'referral' END) AS medium,
  utm_campaign AS campaign,
  currency,
  count(*) FILTER (WHERE place = 'first') AS first_touch_orders,
  coalesce(sum(value) FILTER (WHERE place = 'first'), 0) AS first_touch_revenue,
  count(*) FILTER (WHERE place = 'last') AS last_touch_orders,
  coalesce(sum(value) FILTER (WHERE place = 'last'), 0) AS last_touch_revenue
FROM touched
GROUP BY source, medium, campaign, currency
ORDER BY last_touch_revenue DESC, last_touch_orders DESC, source, medium, campaign, currency
LIMIT :'_limit'::bigint;
