-- Events that could not be used, of all that the record lane has read, as the bridges count them.
SELECT
  sum(metric_value) FILTER (WHERE metric_name = 'events_rejected') / nullif(sum(metric_value), 0) AS value,
  coalesce(sum(metric_value), 0)::bigint AS samples
FROM system_metrics
WHERE metric_name IN ('events_recorded', 'events_rejected') AND "timestamp" > window_start AND "timestamp" <= window_end
