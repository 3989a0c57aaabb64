-- Brings every user's minutes up to date with the events recorded by transactions from $1 to before $2.
-- $3: whether a minute with news that all came after its last event may be added to; what else is touched is recomputed.
-- $4: journeys to recompute as a whole, whether there is news of them or not.
-- Gives the same rows in either way, and however often it runs; late events correct the minutes they belong to.
-- A visitor's events count for the user who the visitor turned out to be: a new identity touches both.
WITH kept AS MATERIALIZED (
  SELECT derived_since('user_activity') AS since
),
news AS MATERIALIZED (
  SELECT
    coalesce(
      CASE WHEN e.user_id IS NULL THEN
        (SELECT i.user_id FROM identities i WHERE i.session_id = e.journey_id AND e."timestamp" < i.until)
      END,
      e.journey_id) AS actor_id,
    date_trunc('minute', e."timestamp", 'UTC') AS minute, e."timestamp", e.user_id, e.action, e.page, e.bot
  FROM events e
  WHERE e.recorded_by >= $1::xid8 AND e.recorded_by < $2::xid8 AND e."timestamp" >= (SELECT since FROM kept)
),
identified AS MATERIALIZED (
  SELECT DISTINCT either.journey_id, date_trunc('minute', e."timestamp", 'UTC') AS minute
  FROM identities i
  CROSS JOIN LATERAL (
    SELECT "timestamp" FROM events
    WHERE journey_id = i.session_id AND "timestamp" >= (SELECT since FROM kept)
    OFFSET 0
  ) AS e
  CROSS JOIN LATERAL (VALUES (i.user_id), (i.session_id)) AS either(journey_id)
  WHERE i.changed_by >= $1::xid8 AND i.changed_by < $2::xid8
  UNION
  -- Of a whole journey: the minutes with events, and those with rows.
  SELECT whole.journey_id, date_trunc('minute', e."timestamp", 'UTC')
  FROM unnest($4::text[]) AS whole(journey_id), kept
  CROSS JOIN LATERAL actor_events_between(whole.journey_id, kept.since, 'infinity', $2::xid8) AS e
  UNION
  SELECT whole.journey_id, old.window_end_time - interval '1 minute'
  FROM unnest($4::text[]) AS whole(journey_id)
  CROSS JOIN LATERAL (
    SELECT window_end_time FROM user_activity
    WHERE journey_id = whole.journey_id AND window_end_time > (SELECT since FROM kept)
    OFFSET 0
  ) AS old
),
arrivals AS MATERIALIZED (
  SELECT news.*, known.last_event_at, known.window_end_time IS NULL AS is_first
  FROM (SELECT actor_id AS journey_id, minute, min("timestamp") AS since FROM news GROUP BY actor_id, minute) AS news
  LEFT JOIN LATERAL (
    SELECT * FROM user_activity a
    WHERE a.journey_id = news.journey_id AND a.window_end_time = news.minute + interval '1 minute'
    LIMIT 1
  ) AS known ON true
),
-- Minutes whose news are added to what is there; to nothing, where the minute is a new one.
ongoing AS MATERIALIZED (
  SELECT journey_id, minute
  FROM arrivals
  WHERE $3::boolean AND (is_first OR since > last_event_at)
    AND NOT EXISTS (
      SELECT FROM identified i WHERE i.journey_id = arrivals.journey_id AND i.minute = arrivals.minute
    )
),
touched AS MATERIALIZED (
  SELECT journey_id, minute
  FROM (SELECT journey_id, minute FROM arrivals UNION SELECT journey_id, minute FROM identified) AS either
  WHERE minute >= (SELECT since FROM kept)
  EXCEPT
  SELECT journey_id, minute FROM ongoing
),
counted AS (
  SELECT touched.journey_id, touched.minute, e."timestamp", e.user_id, e.action, e.page, e.bot
  FROM touched
  CROSS JOIN LATERAL actor_events_between(
    touched.journey_id, touched.minute, touched.minute + interval '1 minute' - interval '1 microsecond', $2::xid8) AS e
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
  LEFT JOIN LATERAL (
    SELECT * FROM user_activity a
    WHERE a.journey_id = ongoing.journey_id AND a.window_end_time = ongoing.minute + interval '1 minute'
    LIMIT 1
  ) AS before ON true
),
-- Minutes of a visitor whose events are a user's now.
outdated AS (
  DELETE FROM user_activity
  WHERE ctid = ANY (ARRAY(
    SELECT old.ctid
    FROM touched
    CROSS JOIN LATERAL (
      SELECT a.ctid FROM user_activity a
      WHERE a.journey_id = touched.journey_id AND a.window_end_time = touched.minute + interval '1 minute'
      OFFSET 0
    ) AS old
    WHERE NOT EXISTS (SELECT FROM seen WHERE seen.journey_id = touched.journey_id AND seen.minute = touched.minute)
  ))
  RETURNING user_activity AS before
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
  RETURNING old AS before, new AS after
),
-- Whoever sees a page in an hour is one of its visitors, in however many minutes. So for each page that a changed minute
-- has gained or lost: did the journey's hour have it before, and does it now?
changed AS MATERIALIZED (
  SELECT coalesce((after).journey_id, (before).journey_id) AS journey_id, minute.window_end_time,
    date_trunc('hour', minute.window_end_time - interval '1 minute', 'UTC') AS hour,
    (before).pages_visited AS old_pages, (before).bot AS old_bot, (after).pages_visited AS new_pages, (after).bot AS new_bot
  FROM (SELECT before, after FROM written UNION ALL SELECT before, NULL FROM outdated) AS either
  CROSS JOIN LATERAL (SELECT coalesce((after).window_end_time, (before).window_end_time)) AS minute(window_end_time)
  WHERE ((before).pages_visited, (before).bot) IS DISTINCT FROM ((after).pages_visited, (after).bot)
),
shown AS MATERIALIZED (
  SELECT DISTINCT journey_id, hour, counted_page(page) AS page, new_bot AS bot FROM changed CROSS JOIN unnest(new_pages) AS page
),
in_question AS (
  SELECT journey_id, hour, counted_page(page) AS page, new_bot AS bot FROM changed CROSS JOIN unnest(new_pages) AS page
  WHERE (new_bot = old_bot AND page = ANY (old_pages)) IS NOT TRUE
  UNION
  SELECT journey_id, hour, counted_page(page), old_bot FROM changed CROSS JOIN unnest(old_pages) AS page
  WHERE (new_bot = old_bot AND page = ANY (new_pages)) IS NOT TRUE
),
visits AS (
  SELECT hour, page, bot, coalesce(seen_in.minutes <> '{}', false) AS was_there,
    shown.journey_id IS NOT NULL OR EXISTS (
      SELECT FROM unnest(seen_in.minutes) AS minute
      WHERE (q.journey_id, minute) NOT IN (SELECT journey_id, window_end_time FROM changed)
    ) AS is_there
  FROM in_question q
  LEFT JOIN shown USING (journey_id, hour, page, bot)
  CROSS JOIN LATERAL (
    SELECT array_agg(a.window_end_time) AS minutes FROM user_activity a
    WHERE a.journey_id = q.journey_id AND a.bot = q.bot
      AND a.window_end_time > q.hour AND a.window_end_time <= q.hour + interval '1 hour'
      AND EXISTS (SELECT FROM unnest(a.pages_visited) AS page WHERE counted_page(page) = q.page)
  ) AS seen_in
),
summed AS (
  INSERT INTO hourly_pages AS kept (hour, page, bot, visitors)
  SELECT hour, page, bot, sum(is_there::int - was_there::int)
  FROM visits
  GROUP BY hour, page, bot
  HAVING sum(is_there::int - was_there::int) <> 0
  ON CONFLICT (hour, page, bot) DO UPDATE SET visitors = kept.visitors + excluded.visitors
)
SELECT count(*)::int AS written FROM written;
