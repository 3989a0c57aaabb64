-- Journeys that ran at the latest reading.
SELECT metric_value AS value, 1 AS samples
FROM system_metrics
WHERE metric_name = 'journeys_running' AND "timestamp" > window_start AND "timestamp" <= window_end
ORDER BY "timestamp" DESC
LIMIT 1
