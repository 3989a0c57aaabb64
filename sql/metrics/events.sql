-- Events recorded in the window, as the bridges count them; nothing before they have counted for a whole window.
SELECT coalesce(sum(metric_value), 0) AS value, count(*) AS samples
FROM system_metrics
WHERE metric_name = 'events_recorded' AND "timestamp" > window_start AND "timestamp" <= window_end
HAVING EXISTS (
  SELECT FROM system_metrics WHERE metric_name = 'events_recorded' AND "timestamp" <= window_start
)
