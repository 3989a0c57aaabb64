-- Adds the load times recorded by transactions from $1 to before $2, of the time from $3 to before $4, to their days.
-- Each event may be added once: the mark of the roll-ups moves in the same transaction.
INSERT INTO daily_load_times AS kept (day, page, bot, load_time, views)
SELECT ("timestamp" AT TIME ZONE 'UTC')::date, counted_page(page), bot, rounded_load_time(load_time), count(*)
FROM events
WHERE recorded_by >= $1::xid8 AND recorded_by < $2::xid8
  AND "timestamp" >= greatest($3::timestamptz, (SELECT derived_since('daily_load_times'))) AND "timestamp" < $4::timestamptz
  AND action = 'pageview' AND page IS NOT NULL AND load_time IS NOT NULL
GROUP BY 1, 2, 3, 4
ON CONFLICT (day, page, bot, load_time) DO UPDATE SET views = kept.views + excluded.views;
