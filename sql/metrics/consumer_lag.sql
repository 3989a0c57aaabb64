-- The consumer group that is furthest behind, by its latest reading: messages on the topic that it has not committed.
SELECT metric_value AS value, count(*) OVER () AS samples, 'the group ' || source AS subject
FROM (
  SELECT DISTINCT ON (source) source, metric_value
  FROM system_metrics
  WHERE metric_name = 'consumer_lag' AND "timestamp" > window_start AND "timestamp" <= window_end
  ORDER BY source, "timestamp" DESC
) AS latest
ORDER BY metric_value DESC
LIMIT 1
