-- Abandoned and recovered revenue: carts and checkouts abandoned, what they were worth, and what came back.
-- since (time): where the time begins
\if :{?since} \set _since :since \else \set _since 30d \endif
-- until (time): where the time ends
\if :{?until} \set _until :until \else \set _until now \endif
-- by (hour, day, week or month): the time of a row, in UTC
\if :{?by} \set _by :by \else \set _by day \endif
-- bots (exclude or include): robots
\if :{?bots} \set _bots :bots \else \set _bots exclude \endif
SELECT report_time(:'_since') AS _since, report_time(:'_until') AS _until \gset

SELECT
  date_trunc(:'_by', abandoned_at, 'UTC') AS begins,
  a.currency,
  count(*) FILTER (WHERE kind = 'cart') AS abandoned_carts,
  count(*) FILTER (WHERE kind = 'checkout') AS abandoned_checkouts,
  coalesce(sum(a.value), 0) AS abandoned_value,
  count(*) FILTER (WHERE alert = 'said') AS alerts_said,
  count(recovered_at) AS recovered,
  round(100.0 * count(recovered_at) / count(*), 2) AS recovered_percent,
  coalesce(sum(recovered_value), 0) AS recovered_value,
  coalesce(sum(a.value) FILTER (WHERE recovered_at IS NULL), 0) AS lost_value,
  round(avg(extract(epoch FROM recovered_at - abandoned_at)) / 3600, 1) AS average_hours_to_recover
FROM abandonments a
WHERE abandoned_at >= :'_since'::timestamptz AND abandoned_at < :'_until'::timestamptz
  AND (:'_bots' = 'include' OR (
    SELECT s.bot
    FROM user_sessions s
    WHERE s.journey_id = a.journey_id AND s.start_time <= a.abandoned_at
    ORDER BY s.start_time DESC
    LIMIT 1
  ) IS NOT TRUE)
GROUP BY begins, a.currency
ORDER BY begins, a.currency;
