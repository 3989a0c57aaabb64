-- Adds the visitors of each page from $1 to before $2, full hours, to rows without any.
INSERT INTO hourly_pages AS kept (hour, page, bot, visitors)
SELECT date_trunc('hour', window_end_time - interval '1 minute', 'UTC'), counted_page(page), bot, count(DISTINCT journey_id)
FROM user_activity CROSS JOIN unnest(pages_visited) AS page
WHERE window_end_time > $1::timestamptz AND window_end_time <= $2::timestamptz
GROUP BY 1, 2, 3
ON CONFLICT (hour, page, bot) DO UPDATE SET visitors = kept.visitors + excluded.visitors;
