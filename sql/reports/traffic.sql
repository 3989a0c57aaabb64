-- Traffic by hour: sessions begun, their page views and bounces, and all page views of the hour.
-- since (time): where the time begins
\if :{?since} \set _since :since \else \set _since 24h \endif
-- until (time): where the time ends
\if :{?until} \set _until :until \else \set _until now \endif
-- bots (exclude or include): robots
\if :{?bots} \set _bots :bots \else \set _bots exclude \endif
SELECT report_time(:'_since') AS _since, report_time(:'_until') AS _until \gset

WITH begun AS (
  SELECT hour, sum(sessions) AS sessions, sum(bounces) AS bounces, sum(pageviews) AS pageviews
  FROM hourly_funnel
  WHERE hour >= date_trunc('hour', :'_since'::timestamptz, 'UTC') AND hour < :'_until'::timestamptz
    AND (:'_bots' = 'include' OR NOT bot)
  GROUP BY hour
),
viewed AS (
  SELECT hour, sum(views) AS pageviews
  FROM hourly_pages
  WHERE hour >= date_trunc('hour', :'_since'::timestamptz, 'UTC') AND hour < :'_until'::timestamptz
    AND (:'_bots' = 'include' OR NOT bot)
  GROUP BY hour
),
-- An hour without anybody has its row too.
hours AS (
  SELECT generate_series(min(hour), max(hour), interval '1 hour') AS hour
  FROM (SELECT hour FROM begun UNION ALL SELECT hour FROM viewed) AS known
)
SELECT
  hour,
  coalesce(viewed.pageviews, 0) AS pageviews,
  coalesce(begun.sessions, 0) AS sessions,
  round(begun.pageviews / begun.sessions, 2) AS pages_per_session,
  round(100.0 * begun.bounces / begun.sessions, 2) AS bounce_percent
FROM hours
LEFT JOIN begun USING (hour)
LEFT JOIN viewed USING (hour)
ORDER BY hour;
