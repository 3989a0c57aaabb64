-- Recomputes the sessions of every journey with events recorded by transactions from $1 to before $2.
-- $3: the gap that ends a session, in seconds. A run of events longer than 24 h is cut every 24 h from its first event.
-- Gives the same rows however often it runs; late events correct the sessions they belong to.
-- A visitor's events count for the user who the visitor turned out to be: a new identity touches both.
WITH touched AS (
  SELECT journey_id, min("timestamp") AS since
  FROM (
    SELECT coalesce(i.user_id, e.journey_id) AS journey_id, e."timestamp"
    FROM events e
    LEFT JOIN identities i ON e.user_id IS NULL AND i.session_id = e.journey_id AND e."timestamp" < i.until
    WHERE e.recorded_by >= $1::xid8 AND e.recorded_by < $2::xid8
    UNION ALL
    SELECT either.journey_id, e."timestamp"
    FROM identities i
    JOIN events e ON e.journey_id = i.session_id
    CROSS JOIN LATERAL (VALUES (i.user_id), (i.session_id)) AS either(journey_id)
    WHERE i.changed_by >= $1::xid8 AND i.changed_by < $2::xid8
  ) AS news
  GROUP BY journey_id
),
-- From the start of the run that the earliest touched event may belong to or join: what lies before stays as it is.
scope AS (
  SELECT t.journey_id, coalesce(min(s.run_start_time), t.since) AS since
  FROM touched t
  LEFT JOIN user_sessions s
    ON s.journey_id = t.journey_id
   AND s.start_time <= t.since
   AND s.end_time >= t.since - make_interval(secs => $3)
  GROUP BY t.journey_id, t.since
),
spaced AS (
  SELECT e.*,
    "timestamp" - lag("timestamp") OVER in_time <= make_interval(secs => $3) AS goes_on
  FROM scope
  JOIN actor_events e ON e.actor_id = scope.journey_id AND e."timestamp" >= scope.since
  WINDOW in_time AS (PARTITION BY e.actor_id ORDER BY e."timestamp", e.event_id)
),
runs AS (
  SELECT *, count(*) FILTER (WHERE goes_on IS NOT TRUE)
    OVER (PARTITION BY actor_id ORDER BY "timestamp", event_id) AS run
  FROM spaced
),
cut AS (
  SELECT *,
    min("timestamp") OVER whole_run AS run_start_time,
    floor(extract(epoch FROM "timestamp" - min("timestamp") OVER whole_run) / 86400) AS part
  FROM runs
  WINDOW whole_run AS (PARTITION BY actor_id, run)
),
sessions AS (
  SELECT
    actor_id AS journey_id,
    min("timestamp") AS start_time,
    max("timestamp") AS end_time,
    run_start_time,
    (array_agg(session_id ORDER BY "timestamp", event_id) FILTER (WHERE session_id IS NOT NULL))[1] AS session_id,
    coalesce(max(user_id), CASE WHEN actor_id LIKE 'u%' THEN actor_id END) AS user_id,
    (array_agg(device_type ORDER BY "timestamp", event_id) FILTER (WHERE device_type IS NOT NULL))[1] AS device_type,
    (array_agg(os ORDER BY "timestamp", event_id) FILTER (WHERE os IS NOT NULL))[1] AS os,
    (array_agg(browser ORDER BY "timestamp", event_id) FILTER (WHERE browser IS NOT NULL))[1] AS browser,
    count(*) AS events,
    count(*) FILTER (WHERE action = 'pageview') AS pageviews,
    (array_agg(page ORDER BY "timestamp", event_id) FILTER (WHERE action = 'pageview'))[1] AS entry_page,
    (array_agg(page ORDER BY "timestamp" DESC, event_id DESC) FILTER (WHERE action = 'pageview'))[1] AS exit_page,
    (array_agg(referrer ORDER BY "timestamp", event_id) FILTER (WHERE referrer IS NOT NULL))[1] AS referrer,
    bool_or(bot) AS bot
  FROM cut
  GROUP BY actor_id, run, run_start_time, part
),
-- Two sessions that a late event has joined are one now.
outdated AS (
  DELETE FROM user_sessions old
  USING scope
  WHERE old.journey_id = scope.journey_id
    AND old.start_time >= scope.since
    AND NOT EXISTS (
      SELECT FROM sessions s WHERE s.journey_id = old.journey_id AND s.start_time = old.start_time
    )
),
written AS (
  INSERT INTO user_sessions AS kept (
    journey_id, start_time, end_time, run_start_time, session_id, user_id, device_type, os, browser,
    events, pageviews, entry_page, exit_page, referrer, bot
  )
  SELECT
    journey_id, start_time, end_time, run_start_time, session_id, user_id, device_type, os, browser,
    events, pageviews, entry_page, exit_page, referrer, bot
  FROM sessions
  ON CONFLICT (journey_id, start_time) DO UPDATE SET
    end_time = excluded.end_time,
    run_start_time = excluded.run_start_time,
    session_id = excluded.session_id,
    user_id = excluded.user_id,
    device_type = excluded.device_type,
    os = excluded.os,
    browser = excluded.browser,
    events = excluded.events,
    pageviews = excluded.pageviews,
    entry_page = excluded.entry_page,
    exit_page = excluded.exit_page,
    referrer = excluded.referrer,
    bot = excluded.bot
  WHERE (kept.end_time, kept.run_start_time, kept.session_id, kept.user_id, kept.device_type, kept.os, kept.browser,
      kept.events, kept.pageviews, kept.entry_page, kept.exit_page, kept.referrer, kept.bot)
    IS DISTINCT FROM
    (excluded.end_time, excluded.run_start_time, excluded.session_id, excluded.user_id, excluded.device_type,
      excluded.os, excluded.browser, excluded.events, excluded.pageviews, excluded.entry_page, excluded.exit_page,
      excluded.referrer, excluded.bot)
  RETURNING 1
)
SELECT count(*)::int AS written FROM written;
