-- Some hours of a shop in the record: $1 when they begin, $2 how long, $3 the number of sessions, of about 19 events each.
-- People browse, some fill a cart, some of these begin a checkout, some of these buy; a few log in on the way; a few are robots.
-- Assumed, with the simulated shop in mind: nearly half of the sessions bounce, 4 % fill a cart, and products are asked for by Zipf.
WITH session AS MATERIALIZED (
  SELECT
    number,
    's1_' || md5($1::timestamptz::text || '/' || number) AS session_id,
    'u1_' || md5('user ' || floor(60000 * random() ^ 1.5)) AS user_id,
    $1::timestamptz + random() * $2::interval AS began,
    random() AS identity,
    random() < 0.03 AS bot,
    (ARRAY['mobile', 'mobile', 'mobile', 'desktop', 'desktop', 'tablet'])[1 + floor(6 * random())] AS device_type,
    (ARRAY['Chrome', 'Chrome', 'Safari', 'Firefox', 'Edge'])[1 + floor(5 * random())] AS browser,
    (ARRAY['Android', 'iOS', 'Windows', 'macOS', 'Linux'])[1 + floor(5 * random())] AS os,
    (ARRAY[
      NULL, NULL, 'https://search.example/', 'https://news.example/?utm_source=newsletter&utm_medium=email&utm_campaign=weekly',
      'https://social.example/feed?utm_source=social&utm_medium=paid&utm_campaign=spring'])[1 + floor(5 * random())] AS referrer,
    CASE WHEN random() < 0.45 THEN 1 + (random() < 0.5)::int ELSE 3 + floor(-31 * ln(1 - random()))::int END AS browsing,
    random() AS decision,
    random() AS completion
  FROM generate_series(1, $3::int) AS number
),
planned AS MATERIALIZED (
  SELECT *,
    CASE
      WHEN bot OR browsing < 3 OR decision > 0.08 THEN 0
      WHEN completion > 0.5 THEN 2
      WHEN completion > 0.3 THEN 5
      ELSE 7
    END AS shopping
  FROM session
),
-- Three draws an event: what it is, and of what.
drawn AS MATERIALIZED (
  SELECT planned.*, place, random() AS draw, random() AS which, 1 + floor(1000 ^ random())::int AS product,
    began + (place - 1 + random() * 0.9) * interval '21 seconds' AS at
  FROM planned CROSS JOIN LATERAL generate_series(1, browsing + shopping) AS place
),
told AS MATERIALIZED (
  SELECT *,
    CASE
      WHEN place > browsing THEN (ARRAY[
        'add_to_cart', 'pageview', 'begin_checkout', 'pageview', 'add_payment_info', 'purchase', 'pageview'])[place - browsing]
      WHEN place = 1 OR draw < 0.45 THEN 'pageview'
      WHEN draw < 0.58 THEN 'view_item'
      WHEN draw < 0.78 THEN 'scroll'
      WHEN draw < 0.97 THEN 'click'
      ELSE 'video_play'
    END AS action,
    -- Who logs in half-way is a visitor before.
    NOT (identity < 0.4 OR identity < 0.45 AND place * 2 <= browsing) AS known,
    (500 + product * 3701 % 24500) / 100.0 AS price
  FROM drawn
),
login AS (
  INSERT INTO identities (session_id, user_id, known_since)
  SELECT session_id, user_id, began FROM planned WHERE identity >= 0.4 AND identity < 0.45
)
INSERT INTO events (
  event_id, "timestamp", journey_id, user_id, session_id, action, page, referrer, device_type, browser, os, load_time, items,
  value, currency, order_id, bot)
SELECT
  md5(session_id || place),
  at,
  CASE WHEN known THEN user_id ELSE session_id END,
  CASE WHEN known THEN user_id END,
  session_id,
  action,
  CASE
    WHEN place > browsing THEN (ARRAY[
      '/product/product-' || product, '/cart', '/cart', '/checkout', '/checkout', '/checkout', '/purchase-complete'])[place - browsing]
    WHEN action = 'view_item' OR which < 0.5 THEN '/product/product-' || product
    WHEN which < 0.7 THEN '/home'
    WHEN which < 0.8 THEN '/products'
    ELSE '/category/category-' || floor(which * 100)::int % 8
  END,
  CASE WHEN place = 1 THEN referrer ELSE '/home' END,
  device_type, browser, os,
  CASE WHEN action = 'pageview' THEN round((0.9 * exp(0.5 * random_normal()))::numeric, 3) END,
  CASE WHEN action IN ('view_item', 'add_to_cart', 'purchase')
    THEN jsonb_build_array(jsonb_build_object('product_id', 'product-' || product, 'quantity', 1, 'price', price)) END,
  CASE WHEN action IN ('view_item', 'add_to_cart', 'purchase') THEN price END,
  CASE WHEN action IN ('view_item', 'add_to_cart', 'purchase') THEN 'EUR' END,
  CASE WHEN action = 'purchase' THEN 'o-' || session_id END,
  bot
FROM told
ORDER BY at;
