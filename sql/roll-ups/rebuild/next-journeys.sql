-- The next journeys after $1, in order: those of about $2 events, and all that have rows without events.
WITH recorded AS MATERIALIZED (
  SELECT journey_id FROM events WHERE journey_id > $1 ORDER BY journey_id LIMIT $2::int
),
kept AS MATERIALIZED (
  SELECT journey_id FROM user_sessions WHERE journey_id > $1 ORDER BY journey_id LIMIT $2::int
),
-- Beyond the last journey of a list that was cut off, the other list is not known to be complete.
bounds AS (
  SELECT least(
    (SELECT max(journey_id) FROM recorded HAVING count(*) = $2::int),
    (SELECT max(journey_id) FROM kept HAVING count(*) = $2::int)
  ) AS last
)
SELECT coalesce(array_agg(DISTINCT journey_id), '{}') AS journeys, max(journey_id) AS last
FROM (SELECT journey_id FROM recorded UNION SELECT journey_id FROM kept) AS either, bounds
WHERE journey_id <= bounds.last OR bounds.last IS NULL;
