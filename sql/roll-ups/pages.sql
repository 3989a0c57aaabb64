-- Adds the page views recorded by transactions from $1 to before $2, of the time from $3 to before $4, to their hours.
-- Each event may be added once: the mark of the roll-ups moves in the same transaction.
INSERT INTO hourly_pages AS kept (hour, page, bot, views, load_times, load_seconds)
SELECT date_trunc('hour', "timestamp", 'UTC'), counted_page(page), bot, count(*), count(load_time),
  coalesce(sum(round(load_time::numeric, 3)), 0)
FROM events
WHERE recorded_by >= $1::xid8 AND recorded_by < $2::xid8
  AND "timestamp" >= greatest($3::timestamptz, (SELECT derived_since('hourly_pages'))) AND "timestamp" < $4::timestamptz
  AND action = 'pageview' AND page IS NOT NULL
GROUP BY 1, 2, 3
ON CONFLICT (hour, page, bot) DO UPDATE SET
  views = kept.views + excluded.views,
  load_times = kept.load_times + excluded.load_times,
  load_seconds = kept.load_seconds + excluded.load_seconds;
