-- Mean load time of the page views of the window that say theirs. Bots load pages as no shopper does.
SELECT avg(load_time) AS value, count(*) AS samples
FROM events
WHERE "timestamp" >= window_start AND "timestamp" < window_end
  AND action = 'pageview' AND load_time IS NOT NULL AND NOT bot
