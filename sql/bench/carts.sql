-- What journeys would have told of the carts in people's sessions: one that was not bought was abandoned, and one in eight of
-- these came back two days later.
WITH filled AS MATERIALIZED (
  SELECT *, md5(journey_id || start_time) AS cart_id, random() < 0.125 AS recovered, (500 + floor(random() * 24500)) / 100 AS value
  FROM user_sessions
  WHERE cart_at IS NOT NULL AND NOT bot
),
carts_told AS (
  INSERT INTO carts (journey_id, cart_id, version, status, stage, opened_at, updated_at, closed_at, items, value, currency)
  SELECT journey_id, cart_id, 2, CASE WHEN purchase_at IS NULL THEN 'abandoned' ELSE 'purchased' END,
    CASE WHEN checkout_at IS NULL THEN 'cart' ELSE 'checkout' END, cart_at, end_time,
    coalesce(purchase_at, end_time + interval '30 minutes'), '[]', value, 'EUR'
  FROM filled
)
INSERT INTO abandonments (
  journey_id, cart_id, kind, abandoned_at, value, currency, items, suppressed, alert, recovered_at, recovered_value)
SELECT journey_id, cart_id, CASE WHEN checkout_at IS NULL THEN 'cart' ELSE 'checkout' END, end_time + interval '30 minutes',
  value, 'EUR', '[]', false, 'said', CASE WHEN recovered THEN end_time + interval '2 days' END, CASE WHEN recovered THEN value END
FROM filled
WHERE purchase_at IS NULL;
