-- Brings every user's minutes up to date with the events recorded by transactions from $1 to before $2.
-- $3: whether a minute with news that all came after its last event may be added to; what else is touched is recomputed.
-- Gives the same rows in either way, and however often it runs; late events correct the minutes they belong to.
-- A visitor's events count for the user who the visitor turned out to be: a new identity touches both.
WITH news AS MATERIALIZED (
  SELECT coalesce(i.user_id, e.journey_id) AS actor_id, date_trunc('minute', e."timestamp", 'UTC') AS minute,
    e."timestamp", e.user_id, e.action, e.page, e.bot
  FROM events e
  LEFT JOIN identities i ON e.user_id IS NULL AND i.session_id = e.journey_id AND e."timestamp" < i.until
  WHERE e.recorded_by >= $1::xid8 AND e.recorded_by < $2::xid8
),
identified AS MATERIALIZED (
  SELECT DISTINCT either.journey_id, date_trunc('minute', e."timestamp", 'UTC') AS minute
  FROM identities i
  JOIN events e ON e.journey_id = i.session_id
  CROSS JOIN LATERAL (VALUES (i.user_id), (i.session_id)) AS either(journey_id)
  WHERE i.changed_by >= $1::xid8 AND i.changed_by < $2::xid8
),
arrivals AS MATERIALIZED (
  SELECT news.*, kept.window_end_time IS NOT NULL AS is_known, kept.last_event_at
  FROM (SELECT actor_id AS journey_id, minute, min("timestamp") AS since FROM news GROUP BY actor_id, minute) AS news
  LEFT JOIN user_activity kept
    ON kept.journey_id = news.journey_id AND kept.window_end_time = news.minute + interval '1 minute'
),
-- Minutes whose news are added to what is there; to nothing, where the minute is a new one.
ongoing AS MATERIALIZED (
  SELECT journey_id, minute
  FROM arrivals
  WHERE $3::boolean AND (NOT is_known OR since > last_event_at)
    AND NOT EXISTS (
      SELECT FROM identified i WHERE i.journey_id = arrivals.journey_id AND i.minute = arrivals.minute
    )
),
touched AS MATERIALIZED (
  SELECT journey_id, minute FROM arrivals
  UNION
  SELECT journey_id, minute FROM identified
  EXCEPT
  SELECT journey_id, minute FROM ongoing
),
-- Minute by minute, by index: OFFSET 0 keeps the planner from reading all events at once.
counted AS (
  SELECT touched.journey_id, touched.minute, e."timestamp", e.user_id, e.action, e.page, e.bot
  FROM touched
  CROSS JOIN LATERAL (
    SELECT e."timestamp", e.user_id, e.action, e.page, e.bot
    FROM actor_events e
    WHERE e.actor_id = touched.journey_id
      AND e."timestamp" >= touched.minute
      AND e."timestamp" < touched.minute + interval '1 minute'
      AND e.recorded_by < $2::xid8
    OFFSET 0
  ) AS e
  UNION ALL
  SELECT ongoing.journey_id, ongoing.minute, news."timestamp", news.user_id, news.action, news.page, news.bot
  FROM ongoing
  JOIN news ON news.actor_id = ongoing.journey_id AND news.minute = ongoing.minute
),
seen AS (
  SELECT journey_id, minute,
    max("timestamp") AS last_event_at,
    coalesce(max(user_id), CASE WHEN journey_id LIKE 'u%' THEN journey_id END) AS user_id,
    count(*) FILTER (WHERE action = 'pageview') AS pageviews,
    count(*) FILTER (WHERE action = 'click') AS clicks,
    count(*) FILTER (WHERE action = 'scroll') AS scrolls,
    count(*) FILTER (WHERE action = 'form_submit') AS form_submits,
    count(*) FILTER (WHERE action = 'video_play') AS video_plays,
    coalesce(array_agg(DISTINCT page ORDER BY page) FILTER (WHERE action = 'pageview'), '{}') AS pages_visited,
    bool_or(bot) AS bot
  FROM counted
  GROUP BY journey_id, minute
),
minutes AS MATERIALIZED (
  SELECT seen.journey_id, seen.minute + interval '1 minute' AS window_end_time, seen.last_event_at,
    coalesce(before.user_id, seen.user_id) AS user_id,
    coalesce(before.pageviews, 0) + seen.pageviews AS pageviews,
    coalesce(before.clicks, 0) + seen.clicks AS clicks,
    coalesce(before.scrolls, 0) + seen.scrolls AS scrolls,
    coalesce(before.form_submits, 0) + seen.form_submits AS form_submits,
    coalesce(before.video_plays, 0) + seen.video_plays AS video_plays,
    CASE
      WHEN before.pages_visited IS NULL OR before.pages_visited = '{}' THEN seen.pages_visited
      WHEN seen.pages_visited <@ before.pages_visited THEN before.pages_visited
      ELSE ARRAY(SELECT DISTINCT page FROM unnest(before.pages_visited || seen.pages_visited) AS page ORDER BY page)
    END AS pages_visited,
    coalesce(before.bot, false) OR seen.bot AS bot
  FROM seen
  LEFT JOIN ongoing USING (journey_id, minute)
  LEFT JOIN user_activity before
    ON before.journey_id = ongoing.journey_id AND before.window_end_time = ongoing.minute + interval '1 minute'
),
-- Minutes of a visitor whose events are a user's now.
outdated AS (
  DELETE FROM user_activity old
  USING touched
  WHERE old.journey_id = touched.journey_id
    AND old.window_end_time = touched.minute + interval '1 minute'
    AND NOT EXISTS (
      SELECT FROM minutes m WHERE m.journey_id = old.journey_id AND m.window_end_time = old.window_end_time
    )
),
written AS (
  INSERT INTO user_activity AS kept (
    journey_id, window_end_time, last_event_at, user_id, pageviews, clicks, scrolls, form_submits, video_plays,
    pages_visited, bot
  )
  SELECT * FROM minutes
  ON CONFLICT (journey_id, window_end_time) DO UPDATE SET
    last_event_at = excluded.last_event_at,
    user_id = excluded.user_id,
    pageviews = excluded.pageviews,
    clicks = excluded.clicks,
    scrolls = excluded.scrolls,
    form_submits = excluded.form_submits,
    video_plays = excluded.video_plays,
    pages_visited = excluded.pages_visited,
    bot = excluded.bot,
    -- The topic is told of numbers that it has not been told of, and of nothing else.
    published = kept.published
      AND (kept.pageviews, kept.clicks, kept.scrolls, kept.form_submits, kept.video_plays, kept.pages_visited, kept.bot)
        IS NOT DISTINCT FROM
        (excluded.pageviews, excluded.clicks, excluded.scrolls, excluded.form_submits, excluded.video_plays,
          excluded.pages_visited, excluded.bot)
  WHERE (kept.last_event_at, kept.pageviews, kept.clicks, kept.scrolls, kept.form_submits, kept.video_plays,
      kept.pages_visited, kept.bot)
    IS DISTINCT FROM
    (excluded.last_event_at, excluded.pageviews, excluded.clicks, excluded.scrolls, excluded.form_submits,
      excluded.video_plays, excluded.pages_visited, excluded.bot)
  RETURNING 1
)
SELECT count(*)::int AS written FROM written;
