-- The product whose carts are furthest above their usual: carts opened with it in the window, against the mean of as long
-- a time over the last day, one cart at least. The product needs five carts, so that a quiet shop's second one is no rush.
SELECT carts / greatest(usual, 1) AS value, carts::bigint AS samples, 'product ' || product_id AS subject
FROM (
  SELECT
    product_id,
    count(*) FILTER (WHERE opened_at >= window_start)::float8 AS carts,
    count(*) FILTER (WHERE opened_at < window_start)
      / (86400 / extract(epoch FROM window_end - window_start))::float8 AS usual
  FROM carts
  -- A checkout may state one product on several lines.
  CROSS JOIN LATERAL (
    SELECT DISTINCT item ->> 'productId' AS product_id FROM jsonb_array_elements(items) AS item
  ) AS held
  WHERE opened_at >= window_start - interval '1 day' AND opened_at < window_end
  GROUP BY product_id
) AS product
WHERE carts >= 5
ORDER BY value DESC, product_id
LIMIT 1
