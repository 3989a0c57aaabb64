-- Ordered funnel: how many shoppers came from step to step within a time, and how long it took them.
-- since (time): where the time begins
\if :{?since} \set _since :since \else \set _since 7d \endif
-- until (time): where the time ends
\if :{?until} \set _until :until \else \set _until now \endif
-- window (duration): within how long after the entry a step counts
\if :{?window} \set _window :window \else \set _window 7d \endif
-- bots (exclude or include): robots
\if :{?bots} \set _bots :bots \else \set _bots exclude \endif
SELECT report_time(:'_since') AS _since, report_time(:'_until') AS _until \gset

-- A shopper enters with the first event of the time. Each further step is the first of its kind after the step before, and within
-- the window from the entry.
WITH entered AS MATERIALIZED (
  SELECT journey_id, min(start_time) AS entered_at, min(start_time) + :'_window'::interval AS deadline,
    min(product_at) AS product_at,
    -- Of the sessions with a cart, few among all.
    array_agg(end_time) FILTER (WHERE cart_at IS NOT NULL) AS ends,
    array_agg(cart_at) FILTER (WHERE cart_at IS NOT NULL) AS carts,
    array_agg(checkout_at) FILTER (WHERE cart_at IS NOT NULL) AS checkouts,
    array_agg(purchase_at) FILTER (WHERE cart_at IS NOT NULL) AS purchases
  FROM user_sessions
  WHERE start_time >= :'_since'::timestamptz AND start_time < :'_until'::timestamptz + :'_window'::interval
    AND (:'_bots' = 'include' OR NOT bot)
  GROUP BY journey_id
  HAVING min(start_time) < :'_until'::timestamptz
),
-- A session tells the first time of each step in it. Where that was before the step before, its events tell the next.
shopping AS (
  SELECT entered_at, in_cart.at AS cart_at, in_checkout.at AS checkout_at, bought.at AS purchase_at
  FROM entered e
  CROSS JOIN LATERAL (
    SELECT min(CASE WHEN session.at >= product_at THEN session.at
      ELSE step_shown(journey_id, 'cart', product_at, end_time) END) AS at
    FROM unnest(ends, carts) AS session(end_time, at)
    WHERE session.at <= deadline AND end_time >= product_at
  ) AS in_cart
  CROSS JOIN LATERAL (
    SELECT min(CASE WHEN session.at >= in_cart.at THEN session.at
      ELSE step_shown(journey_id, 'checkout', in_cart.at, end_time) END) AS at
    FROM unnest(ends, checkouts) AS session(end_time, at)
    WHERE session.at <= deadline AND end_time >= in_cart.at
  ) AS in_checkout
  CROSS JOIN LATERAL (
    SELECT min(CASE WHEN session.at >= in_checkout.at THEN session.at
      ELSE step_shown(journey_id, 'purchase', in_checkout.at, end_time) END) AS at
    FROM unnest(ends, purchases) AS session(end_time, at)
    WHERE session.at <= deadline AND end_time >= in_checkout.at
  ) AS bought
  WHERE ends IS NOT NULL AND product_at <= deadline
),
came AS (
  SELECT count(*) AS shoppers, count(*) FILTER (WHERE product_at <= deadline) AS product,
    percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY product_at - entered_at) FILTER (WHERE product_at <= deadline)
      AS product_times
  FROM entered
),
went AS (
  SELECT count(to_cart) AS cart, count(to_checkout) AS checkout, count(to_purchase) AS purchase,
    percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY to_cart) AS cart_times,
    percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY to_checkout) AS checkout_times,
    percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY to_purchase) AS purchase_times
  FROM (
    SELECT
      CASE WHEN cart_at - entered_at <= :'_window'::interval THEN cart_at - entered_at END AS to_cart,
      CASE WHEN checkout_at - entered_at <= :'_window'::interval THEN checkout_at - entered_at END AS to_checkout,
      CASE WHEN purchase_at - entered_at <= :'_window'::interval THEN purchase_at - entered_at END AS to_purchase
    FROM shopping
  ) AS taken
)
SELECT
  step.name AS step,
  step.shoppers,
  round(100.0 * step.shoppers / came.shoppers, 2) AS of_all_percent,
  round(100.0 * step.shoppers / nullif(step.before, 0), 2) AS of_step_before_percent,
  round(extract(epoch FROM step.times[1]), 1) AS median_seconds,
  round(extract(epoch FROM step.times[2]), 1) AS p90_seconds
FROM came
CROSS JOIN went
CROSS JOIN LATERAL (VALUES
  (1, 'browse', came.shoppers, NULL, NULL),
  (2, 'product', product, came.shoppers, product_times),
  (3, 'cart', cart, product, cart_times),
  (4, 'checkout', checkout, cart, checkout_times),
  (5, 'purchase', purchase, checkout, purchase_times)
) AS step(place, name, shoppers, before, times)
WHERE came.shoppers > 0
ORDER BY place;
