-- Pages: views and load time (median, 75th and 95th percentile), and what became of the sessions that began there.
-- since (time): where the time begins
\if :{?since} \set _since :since \else \set _since 7d \endif
-- until (time): where the time ends
\if :{?until} \set _until :until \else \set _until now \endif
-- limit (count): how many rows at most
\if :{?limit} \set _limit :limit \else \set _limit 50 \endif
-- bots (exclude or include): robots
\if :{?bots} \set _bots :bots \else \set _bots exclude \endif
SELECT report_time(:'_since') AS _since, report_time(:'_until') AS _until \gset

WITH viewed AS MATERIALIZED (
  SELECT page, sum(views) AS views
  FROM hourly_pages
  WHERE hour >= date_trunc('day', :'_since'::timestamptz, 'UTC') AND hour < :'_until'::timestamptz
    AND (:'_bots' = 'include' OR NOT bot)
  GROUP BY page
  ORDER BY views DESC, page
  LIMIT :'_limit'::bigint
),
times AS (
  SELECT page, load_time, sum(views) AS views
  FROM daily_load_times
  WHERE day >= (:'_since'::timestamptz AT TIME ZONE 'UTC')::date AND day < :'_until'::timestamptz AT TIME ZONE 'UTC'
    AND (:'_bots' = 'include' OR NOT bot)
    AND page IN (SELECT page FROM viewed)
  GROUP BY page, load_time
),
ranked AS (
  SELECT page, load_time, sum(views) OVER (PARTITION BY page ORDER BY load_time) AS up_to,
    sum(views) OVER (PARTITION BY page) AS measured
  FROM times
),
measured AS (
  SELECT page,
    min(load_time) FILTER (WHERE up_to >= 0.5 * measured) AS p50_seconds,
    min(load_time) FILTER (WHERE up_to >= 0.75 * measured) AS p75_seconds,
    min(load_time) FILTER (WHERE up_to >= 0.95 * measured) AS p95_seconds
  FROM ranked
  GROUP BY page
),
landed AS (
  SELECT left(landing_page, 512) AS page, count(*) AS landings, count(*) FILTER (WHERE bounced) AS bounces,
    count(*) FILTER (WHERE furthest_step = 'purchase') AS purchase_sessions
  FROM user_sessions
  WHERE start_time >= date_trunc('day', :'_since'::timestamptz, 'UTC') AND start_time < :'_until'::timestamptz
    AND (:'_bots' = 'include' OR NOT bot)
  GROUP BY 1
)
SELECT
  page,
  views,
  p50_seconds,
  p75_seconds,
  p95_seconds,
  coalesce(landings, 0) AS landings,
  round(100.0 * bounces / landings, 2) AS bounce_percent,
  round(100.0 * purchase_sessions / landings, 2) AS conversion_percent
FROM viewed
LEFT JOIN measured USING (page)
LEFT JOIN landed USING (page)
ORDER BY views DESC, page;
