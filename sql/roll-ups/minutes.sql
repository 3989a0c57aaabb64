-- Recomputes every user's minute with events recorded by transactions from $1 to before $2.
-- Gives the same rows however often it runs; late events correct the minutes they belong to.
-- A visitor's events count for the user who the visitor turned out to be: a new identity touches both.
WITH touched AS (
  SELECT coalesce(i.user_id, e.journey_id) AS journey_id, date_trunc('minute', e."timestamp", 'UTC') AS minute
  FROM events e
  LEFT JOIN identities i ON e.user_id IS NULL AND i.session_id = e.journey_id AND e."timestamp" < i.until
  WHERE e.recorded_by >= $1::xid8 AND e.recorded_by < $2::xid8
  UNION
  SELECT either.journey_id, date_trunc('minute', e."timestamp", 'UTC')
  FROM identities i
  JOIN events e ON e.journey_id = i.session_id
  CROSS JOIN LATERAL (VALUES (i.user_id), (i.session_id)) AS either(journey_id)
  WHERE i.changed_by >= $1::xid8 AND i.changed_by < $2::xid8
),
counted AS (
  SELECT touched.journey_id, touched.minute + interval '1 minute' AS window_end_time, counts.*
  FROM touched
  CROSS JOIN LATERAL (
    SELECT
      max(e.user_id) AS user_id,
      count(*) AS events,
      count(*) FILTER (WHERE e.action = 'pageview') AS pageviews,
      count(*) FILTER (WHERE e.action = 'click') AS clicks,
      count(*) FILTER (WHERE e.action = 'scroll') AS scrolls,
      count(*) FILTER (WHERE e.action = 'form_submit') AS form_submits,
      count(*) FILTER (WHERE e.action = 'video_play') AS video_plays,
      coalesce(array_agg(DISTINCT e.page ORDER BY e.page) FILTER (WHERE e.action = 'pageview'), '{}') AS pages_visited,
      coalesce(bool_or(e.bot), false) AS bot
    FROM actor_events e
    WHERE e.actor_id = touched.journey_id
      AND e."timestamp" >= touched.minute
      AND e."timestamp" < touched.minute + interval '1 minute'
  ) AS counts
),
-- Minutes of a visitor whose events are a user's now.
outdated AS (
  DELETE FROM user_activity old
  USING counted
  WHERE counted.events = 0
    AND old.journey_id = counted.journey_id
    AND old.window_end_time = counted.window_end_time
),
written AS (
  INSERT INTO user_activity AS kept (
    journey_id, window_end_time, user_id, pageviews, clicks, scrolls, form_submits, video_plays, pages_visited,
    bot
  )
  SELECT
    journey_id, window_end_time, coalesce(user_id, CASE WHEN journey_id LIKE 'u%' THEN journey_id END), pageviews,
    clicks, scrolls, form_submits, video_plays, pages_visited, bot
  FROM counted
  WHERE events > 0
  ON CONFLICT (journey_id, window_end_time) DO UPDATE SET
    user_id = excluded.user_id,
    pageviews = excluded.pageviews,
    clicks = excluded.clicks,
    scrolls = excluded.scrolls,
    form_submits = excluded.form_submits,
    video_plays = excluded.video_plays,
    pages_visited = excluded.pages_visited,
    bot = excluded.bot,
    published = false
  WHERE (kept.pageviews, kept.clicks, kept.scrolls, kept.form_submits, kept.video_plays, kept.pages_visited,
      kept.bot)
    IS DISTINCT FROM
    (excluded.pageviews, excluded.clicks, excluded.scrolls, excluded.form_submits, excluded.video_plays, excluded.pages_visited,
      excluded.bot)
  RETURNING 1
)
SELECT count(*)::int AS written FROM written;
