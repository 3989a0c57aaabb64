-- Weekly retention: of the shoppers first seen in a week, how many were there again, and bought, in each week after it.
-- since (time): where the time begins
\if :{?since} \set _since :since \else \set _since 84d \endif
-- until (time): where the time ends
\if :{?until} \set _until :until \else \set _until now \endif
-- visitors (include or exclude): shoppers who never logged in, whose next session cannot be told from a stranger's
\if :{?visitors} \set _visitors :visitors \else \set _visitors include \endif
-- bots (exclude or include): robots
\if :{?bots} \set _bots :bots \else \set _bots exclude \endif
SELECT report_time(:'_since') AS _since, report_time(:'_until') AS _until \gset

WITH active AS (
  -- The same as date_trunc, at a fraction of its cost. 5 January 1970 is a Monday.
  SELECT journey_id, date_bin('7 days', start_time, '1970-01-05T00:00Z') AS week, bool_or(furthest_step = 'purchase') AS bought
  FROM user_sessions
  WHERE start_time < :'_until'::timestamptz
    AND (:'_visitors' = 'include' OR user_id IS NOT NULL)
    AND (:'_bots' = 'include' OR NOT bot)
  GROUP BY journey_id, week
),
placed AS (
  SELECT min(week) OVER (PARTITION BY journey_id) AS cohort, week, bought
  FROM active
),
counted AS (
  SELECT cohort, week, count(*) AS shoppers, count(*) FILTER (WHERE bought) AS buyers
  FROM placed
  WHERE cohort >= date_trunc('week', :'_since'::timestamptz, 'UTC')
  GROUP BY cohort, week
)
SELECT
  cohort,
  (extract(epoch FROM week - cohort) / 604800)::integer AS weeks_later,
  first_value(shoppers) OVER (PARTITION BY cohort ORDER BY week) AS cohort_shoppers,
  shoppers AS active_shoppers,
  round(100.0 * shoppers / first_value(shoppers) OVER (PARTITION BY cohort ORDER BY week), 2) AS retention_percent,
  buyers
FROM counted
ORDER BY cohort, week;
