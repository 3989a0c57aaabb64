-- Devices and browsers: sessions, bounces, pages a session and conversion of each.
-- since (time): where the time begins
\if :{?since} \set _since :since \else \set _since 7d \endif
-- until (time): where the time ends
\if :{?until} \set _until :until \else \set _until now \endif
-- limit (count): how many rows at most
\if :{?limit} \set _limit :limit \else \set _limit 50 \endif
-- bots (exclude or include): robots
\if :{?bots} \set _bots :bots \else \set _bots exclude \endif
SELECT report_time(:'_since') AS _since, report_time(:'_until') AS _until \gset

WITH begun AS (
  SELECT device_type, browser, os, count(*) AS sessions, count(*) FILTER (WHERE bounced) AS bounces,
    sum(pageviews) AS pageviews, count(*) FILTER (WHERE furthest_step = 'purchase') AS purchase_sessions
  FROM user_sessions
  WHERE start_time >= :'_since'::timestamptz AND start_time < :'_until'::timestamptz
    AND (:'_bots' = 'include' OR NOT bot)
  GROUP BY device_type, browser, os
)
SELECT
  coalesce(device_type, 'unknown') AS device_type,
  coalesce(browser, 'unknown') AS browser,
  coalesce(os, 'unknown') AS os,
  sessions,
  round(100.0 * sessions / sum(sessions) OVER (), 2) AS share_percent,
  round(100.0 * bounces / sessions, 2) AS bounce_percent,
  round(pageviews::numeric / sessions, 2) AS pages_per_session,
  round(100.0 * purchase_sessions / sessions, 2) AS conversion_percent
FROM begun
ORDER BY sessions DESC, device_type, browser, os
LIMIT :'_limit'::bigint;
