-- Every event under the journey that it counts for: a visitor's events are the user's, once it is known who that is.
CREATE VIEW actor_events AS
  SELECT e.journey_id AS actor_id, e.*
  FROM events e
  WHERE NOT (
    e.user_id IS NULL
    AND EXISTS (SELECT FROM identities i WHERE i.session_id = e.journey_id AND e."timestamp" < i.until)
  )
  UNION ALL
  SELECT i.user_id AS actor_id, e.*
  FROM identities i
  JOIN events e ON e.journey_id = i.session_id AND e.user_id IS NULL AND e."timestamp" < i.until;
