-- The hours to rebuild next, from $1 or from the beginning to before $2 hours later; a time without sessions is passed over
-- in one step. Days are begun at their beginning. `since` is NULL when there is nothing left.
WITH first AS (
  SELECT coalesce($1::timestamptz, greatest(
    date_trunc('day', (SELECT min(start_time) FROM user_sessions), 'UTC'),
    -- A day that the record holds in part stays as it is.
    date_trunc('day', derived_since('user_sessions') + interval '1 day' - interval '1 microsecond', 'UTC')
  )) AS since
),
-- No session is longer than a day, so that one that began in the day before may reach into the first hour.
next AS (
  SELECT first.since, min(s.start_time) AS session_start
  FROM first LEFT JOIN user_sessions s ON s.start_time >= first.since - interval '1 day'
  GROUP BY first.since
)
SELECT
  CASE WHEN session_start IS NOT NULL THEN since END AS since,
  CASE
    WHEN session_start < since + interval '1 hour' THEN since + interval '1 hour'
    ELSE greatest(since + interval '1 hour', date_trunc('day', session_start, 'UTC'))
  END AS until
FROM next;
