-- The load time that 95 of 100 page views of the window stay below.
SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY load_time) AS value, count(*) AS samples
FROM events
WHERE "timestamp" >= window_start AND "timestamp" < window_end
  AND action = 'pageview' AND load_time IS NOT NULL AND NOT bot
