-- Recomputes every user's minute with events recorded by transactions from $1 to before $2.
-- Gives the same rows however often it runs; late events correct the minutes they belong to.
WITH touched AS (
  SELECT DISTINCT journey_id, date_trunc('minute', "timestamp", 'UTC') AS minute
  FROM events
  WHERE recorded_by >= $1::xid8 AND recorded_by < $2::xid8
),
written AS (
  INSERT INTO user_activity AS kept (
    journey_id, window_end_time, user_id, pageviews, clicks, scrolls, form_submits, video_plays, pages_visited,
    bot
  )
  SELECT
    touched.journey_id,
    touched.minute + interval '1 minute',
    max(e.user_id),
    count(*) FILTER (WHERE e.action = 'pageview'),
    count(*) FILTER (WHERE e.action = 'click'),
    count(*) FILTER (WHERE e.action = 'scroll'),
    count(*) FILTER (WHERE e.action = 'form_submit'),
    count(*) FILTER (WHERE e.action = 'video_play'),
    coalesce(array_agg(DISTINCT e.page ORDER BY e.page) FILTER (WHERE e.action = 'pageview'), '{}'),
    bool_or(e.bot)
  FROM touched
  JOIN events e
    ON e.journey_id = touched.journey_id
   AND e."timestamp" >= touched.minute
   AND e."timestamp" < touched.minute + interval '1 minute'
  GROUP BY touched.journey_id, touched.minute
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
