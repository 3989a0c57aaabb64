-- Revenue of the window, against the mean of the same hours one to four weeks before; weeks without revenue do not count.
SELECT
  max(revenue) FILTER (WHERE weeks_ago = 0) / avg(revenue) FILTER (WHERE weeks_ago > 0 AND revenue > 0) AS value,
  count(*) FILTER (WHERE weeks_ago > 0 AND revenue > 0) AS samples
FROM (
  SELECT
    weeks_ago,
    (
      SELECT coalesce(sum(p.value), 0)::float8
      FROM purchases p
      WHERE p.purchased_at >= window_start - weeks_ago * interval '7 days'
        AND p.purchased_at < window_end - weeks_ago * interval '7 days'
    ) AS revenue
  FROM generate_series(0, 4) AS weeks_ago
) AS week
