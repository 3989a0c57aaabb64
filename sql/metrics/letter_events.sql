-- Events in a letter, the mean of the window.
SELECT
  sum(metric_value) FILTER (WHERE metric_name = 'letter_events_sent')
    / nullif(sum(metric_value) FILTER (WHERE metric_name = 'letters_sent'), 0) AS value,
  count(*) FILTER (WHERE metric_name = 'letters_sent') AS samples
FROM system_metrics
WHERE metric_name IN ('letters_sent', 'letter_events_sent') AND "timestamp" > window_start AND "timestamp" <= window_end
