-- Sessions and engagement: how many, how long, how deep, and how many left after one page.
-- since (time): where the time begins
\if :{?since} \set _since :since \else \set _since 7d \endif
-- until (time): where the time ends
\if :{?until} \set _until :until \else \set _until now \endif
-- by (hour, day, week or all): the time of a row, in UTC
\if :{?by} \set _by :by \else \set _by day \endif
-- bots (exclude or include): robots
\if :{?bots} \set _bots :bots \else \set _bots exclude \endif
SELECT report_time(:'_since') AS _since, report_time(:'_until') AS _until \gset

SELECT
  -- The same as date_trunc, at a fraction of its cost. 5 January 1970 is a Monday.
  CASE :'_by'
    WHEN 'all' THEN :'_since'::timestamptz
    WHEN 'hour' THEN date_bin('1 hour', start_time, '1970-01-05T00:00Z')
    WHEN 'day' THEN date_bin('1 day', start_time, '1970-01-05T00:00Z')
    WHEN 'week' THEN date_bin('7 days', start_time, '1970-01-05T00:00Z')
  END AS begins,
  count(*) AS sessions,
  count(DISTINCT journey_id) AS shoppers,
  round(100.0 * count(*) FILTER (WHERE bounced) / count(*), 2) AS bounce_percent,
  round(avg(pageviews), 2) AS pages_per_session,
  round(avg(events), 2) AS events_per_session,
  round(extract(epoch FROM avg(duration)), 1) AS average_seconds,
  round(extract(epoch FROM (percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY duration))[1]), 1) AS median_seconds,
  round(extract(epoch FROM (percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY duration))[2]), 1) AS p90_seconds
FROM user_sessions
WHERE start_time >= :'_since'::timestamptz AND start_time < :'_until'::timestamptz
  AND (:'_bots' = 'include' OR NOT bot)
GROUP BY begins
ORDER BY begins;
