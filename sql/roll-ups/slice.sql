-- Where the next slice of news ends: it begins at transaction $1 and has at most $2 events, but always a whole transaction.
-- What has not ended yet, or began after such a one, is left for the next time: so nothing that commits late is skipped.
WITH horizon AS (
  SELECT pg_snapshot_xmin(pg_current_snapshot()) AS before
),
news AS MATERIALIZED (
  SELECT recorded_by FROM events
  WHERE recorded_by >= $1::xid8 AND recorded_by < (SELECT before FROM horizon)
  ORDER BY recorded_by
  LIMIT $2::int + 1
),
slice AS (
  SELECT count(*) > $2::int AS has_more, min(recorded_by) AS first, max(recorded_by) AS last FROM news
)
SELECT bounds.before::text, slice.has_more,
  (SELECT count(*)::int FROM events WHERE recorded_by >= $1::xid8 AND recorded_by < bounds.before) AS events
FROM slice, horizon
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN NOT slice.has_more THEN greatest(horizon.before, $1::xid8)
    WHEN slice.last > slice.first THEN slice.last
    ELSE (slice.first::text::bigint + 1)::text::xid8
  END AS before
) AS bounds;
