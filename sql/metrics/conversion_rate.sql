-- Shoppers who bought, of all who were active in the window. Bots are no shoppers.
SELECT
  count(*) FILTER (WHERE buyer.journey_id IS NOT NULL)::float8 / nullif(count(*), 0) AS value,
  count(*) AS samples
FROM (
  SELECT DISTINCT journey_id
  FROM user_activity
  WHERE window_end_time > window_start AND window_end_time <= window_end AND NOT bot
) AS shopper
LEFT JOIN (
  SELECT DISTINCT journey_id FROM purchases WHERE purchased_at >= window_start AND purchased_at < window_end
) AS buyer USING (journey_id)
