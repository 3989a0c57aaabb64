-- How long checkout pages usually take to load: median and 95th percentile of the last day's views, at most the latest $3.
-- Both shrug off a few extreme views. A page with fewer than $2 views gets no row; all of them together are page $1.
WITH views AS (
  SELECT split_part(page, '?', 1) AS page, load_time
  FROM events
  WHERE action = 'pageview' AND load_time IS NOT NULL AND lower(page) LIKE '/checkout%'
    AND "timestamp" > now() - interval '1 day'
    AND lower(split_part(page, '?', 1)) ~ '^/checkout(/|$)'
  ORDER BY "timestamp" DESC
  LIMIT $3
),
measured AS (
  SELECT
    CASE WHEN grouping(page) = 1 THEN $1 ELSE page END AS page,
    count(*)::integer AS views,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY load_time) AS median,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY load_time) AS p95
  FROM views
  GROUP BY GROUPING SETS ((page), ())
  HAVING count(*) >= $2
),
forgotten AS (
  DELETE FROM usual_load_times WHERE page NOT IN (SELECT page FROM measured)
)
INSERT INTO usual_load_times AS kept (page, views, median, p95)
SELECT page, views, median, p95 FROM measured
ON CONFLICT (page) DO UPDATE SET
  views = excluded.views, median = excluded.median, p95 = excluded.p95, measured_at = now()
WHERE (kept.views, kept.median, kept.p95) IS DISTINCT FROM (excluded.views, excluded.median, excluded.p95);
