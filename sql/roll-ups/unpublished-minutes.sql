-- The minutes that have ended, or were corrected since, and that the topic has not been told of: at most $1 of them.
UPDATE user_activity
SET published = true
WHERE (journey_id, window_end_time) IN (
  SELECT journey_id, window_end_time
  FROM user_activity
  WHERE NOT published AND window_end_time <= now() - interval '2 seconds'
  ORDER BY window_end_time
  LIMIT $1
)
RETURNING journey_id, user_id, window_end_time, pageviews, clicks, scrolls, form_submits, video_plays, pages_visited, bot;
